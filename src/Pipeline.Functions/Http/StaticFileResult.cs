using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Functions.Http;

/// <summary>A file of the app as the response, with what a browser may do with it.</summary>
/// <param name="file">The file.</param>
/// <param name="policy">The content security policy.</param>
internal sealed class StaticFileResult(StaticFile file, string policy) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        IHeaderDictionary headers = httpContext.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";

        // Asked for each time and answered with 304: a new version of the app is seen at once, as a whole.
        headers.CacheControl = "no-cache";
        byte[] content = file.Content;
        if (file.Gzip is { } gzip)
        {
            headers.Vary = HeaderNames.AcceptEncoding;
            if (AcceptsGzip(httpContext.Request))
            {
                headers.ContentEncoding = "gzip";
                content = gzip;
            }
        }

        return TypedResults.Bytes(content, file.ContentType, entityTag: file.Tag).ExecuteAsync(httpContext);
    }

    private static bool AcceptsGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(accepted => accepted.Value == "gzip" && accepted.Quality is not 0);
}
