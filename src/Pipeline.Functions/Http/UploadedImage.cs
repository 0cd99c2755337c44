using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pipeline.Imaging;

namespace Pipeline.Functions.Http;

/// <summary>
/// The image in a request: the body itself, or the field <c>image</c> of a form. Read into memory up to the limit, never to a file.
/// </summary>
internal static class UploadedImage
{
    private const string Field = "image";
    private const string Place = "The body";

    /// <returns>The bytes, or the answer that says why there are none; exactly one of both.</returns>
    public static async Task<(ReadOnlyMemory<byte> Bytes, IResult? Problem)> ReadAsync(
        HttpRequest request, ImageLimits limits, CancellationToken cancellationToken)
    {
        if (UploadedImages.IsForm(request))
        {
            (IReadOnlyList<ReadOnlyMemory<byte>>? images, IResult? problem) =
                await UploadedImages.ReadAsync(request, [Field], limits, cancellationToken);
            return (images is null ? default : images[0], problem);
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type))
        {
            // curl -T and others name no type; without a body the clearer answer is that there is none.
            return (default, request.ContentLength is 0 ? ImageBytes.Empty(Place) : Problems.UnsupportedContentType(request.ContentType));
        }

        return type.Type.Equals("image", StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)
            ? await ImageBytes.ReadAsync(request.Body, request.ContentLength, limits, Place, cancellationToken)
            : (default, Problems.UnsupportedContentType(request.ContentType));
    }
}
