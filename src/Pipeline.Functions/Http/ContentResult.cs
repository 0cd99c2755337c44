using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;
using Pipeline.Storage.Access;

namespace Pipeline.Functions.Http;

/// <summary>
/// An image's bytes as the response, passed on as they come from storage. They are untrusted, and so is the type that was claimed for them:
/// the type of the response is that of the bytes, and what is no image that browsers show is a file to save. Were one taken for a page all
/// the same, nothing in it could act in the name of this server.
/// </summary>
/// <param name="content">The image, which is closed at the end.</param>
internal sealed class ContentResult(ImageContent content) : IResult
{
    private const string Policy = "default-src 'none'; sandbox";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (content)
        {
            CancellationToken cancellationToken = httpContext.RequestAborted;
            HttpResponse response = httpContext.Response;
            CacheHeaders.WriteTo(response, content.ETag);
            if (CacheHeaders.IsKnown(httpContext.Request, content.ETag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            byte[] head = new byte[ImageMediaType.HeadLength];
            int length = await content.Bytes.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
            string? type = ImageMediaType.Of(head.AsSpan(0, length));
            response.ContentType = type ?? ImageMediaType.Unknown;
            response.ContentLength = content.Length;
            response.Headers.ContentDisposition = type is null ? "attachment" : "inline";
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.ContentSecurityPolicy = Policy;
            ResponseHeaders headers = response.GetTypedHeaders();
            headers.LastModified = content.LastModified;
            await response.Body.WriteAsync(head.AsMemory(0, length), cancellationToken);
            await content.Bytes.CopyToAsync(response.Body, cancellationToken);
        }
    }
}
