using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Pipeline.Imaging;

namespace Pipeline.Functions.Http;

/// <summary>The image in a request: the body itself, or the field <c>image</c> of a form. Read into memory up to the limit, never to a file.</summary>
internal static class UploadedImage
{
    private const int MaxFormSections = 16;

    /// <returns>The bytes, or the answer that says why there are none; exactly one of both.</returns>
    public static async Task<(ReadOnlyMemory<byte> Bytes, IResult? Problem)> ReadAsync(
        HttpRequest request, ImageLimits limits, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type))
        {
            // curl -T and others name no type; without a body the clearer answer is that there is none.
            return (default, request.ContentLength is 0 ? Empty() : Problems.UnsupportedContentType(request.ContentType));
        }

        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return await ReadFormAsync(request, type, limits, cancellationToken);
        }

        return type.Type.Equals("image", StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)
            ? await ReadAsync(request.Body, request.ContentLength, limits, cancellationToken)
            : (default, Problems.UnsupportedContentType(request.ContentType));
    }

    private static async Task<(ReadOnlyMemory<byte> Bytes, IResult? Problem)> ReadFormAsync(
        HttpRequest request, MediaTypeHeaderValue type, ImageLimits limits, CancellationToken cancellationToken)
    {
        string? boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 70)
        {
            return (default, Problems.NotMultipartImage("The content type multipart/form-data needs a boundary of 1 to 70 characters."));
        }

        try
        {
            var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 8192 };
            for (int sections = 0; sections < MaxFormSections; sections++)
            {
                if (await reader.ReadNextSectionAsync(cancellationToken) is not { } section)
                {
                    break;
                }

                if (section.GetContentDispositionHeader() is { } disposition
                    && HeaderUtilities.RemoveQuotes(disposition.Name).Equals("image", StringComparison.OrdinalIgnoreCase))
                {
                    return await ReadAsync(section.Body, null, limits, cancellationToken);
                }
            }
        }
        catch (InvalidDataException malformed)
        {
            return (default, Problems.NotMultipartImage($"The form cannot be read: {malformed.Message}"));
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, Problems.NotMultipartImage("The form ends before its closing boundary."));
        }

        return (default, Problems.NotMultipartImage("The form has no field 'image'. Send the image's bytes in a field of that name."));
    }

    private static async Task<(ReadOnlyMemory<byte> Bytes, IResult? Problem)> ReadAsync(
        Stream body, long? announced, ImageLimits limits, CancellationToken cancellationToken)
    {
        if (announced > limits.MaxBytes)
        {
            return (default, TooLarge(limits));
        }

        using var buffer = new MemoryStream((int)(announced ?? 0));
        byte[] chunk = new byte[81_920];
        for (int read; (read = await body.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            if (buffer.Length + read > limits.MaxBytes)
            {
                return (default, TooLarge(limits));
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.Length == 0 ? (default, Empty()) : (buffer.GetBuffer().AsMemory(0, (int)buffer.Length), null);
    }

    private static IResult Empty() =>
        Problems.Rejected(new ImageRejection(ImageFault.Empty, "The body is empty. Send the bytes of an image."));

    private static IResult TooLarge(ImageLimits limits) => Problems.Rejected(new ImageRejection(
        ImageFault.TooManyBytes, $"The image has more than {limits.MaxBytes / (1024 * 1024)} MB, which is the most that is allowed."));
}
