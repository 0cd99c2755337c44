using Microsoft.AspNetCore.Http;
using Pipeline.Imaging;

namespace Pipeline.Functions.Http;

/// <summary>Reads what a caller sends as an image into memory, up to the limit and never to a file.</summary>
internal static class ImageBytes
{
    private const int ChunkLength = 81_920;

    /// <summary>Reads to the end, or to the first byte too many.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="announced">How many there will be, where that was said.</param>
    /// <param name="limits">What is let in.</param>
    /// <param name="place">Where they are, for messages: "The body", "The field 'a'".</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <returns>The bytes, or the answer that says why there are none; exactly one of both.</returns>
    public static async Task<(ReadOnlyMemory<byte> Bytes, IResult? Problem)> ReadAsync(
        Stream content, long? announced, ImageLimits limits, string place, CancellationToken cancellationToken)
    {
        if (announced > limits.MaxBytes)
        {
            return (default, TooLarge(limits, place));
        }

        using var buffer = new MemoryStream((int)(announced ?? 0));
        byte[] chunk = new byte[ChunkLength];
        for (int read; (read = await content.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            if (buffer.Length + read > limits.MaxBytes)
            {
                return (default, TooLarge(limits, place));
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.Length == 0 ? (default, Empty(place)) : (buffer.GetBuffer().AsMemory(0, (int)buffer.Length), null);
    }

    public static IResult Empty(string place) =>
        Problems.Rejected(new ImageRejection(ImageFault.Empty, $"{place} is empty. Send the bytes of an image."));

    private static IResult TooLarge(ImageLimits limits, string place) => Problems.Rejected(new ImageRejection(
        ImageFault.TooManyBytes,
        $"{place} has more than {limits.MaxBytes / (1024 * 1024)} MB, which is the most that is allowed for an image."));
}
