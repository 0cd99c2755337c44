using Microsoft.AspNetCore.Http;

namespace Pipeline.Functions.Http;

/// <summary>A page as the response. It is shown as if it came from nowhere: nothing in it can act in the name of this server.</summary>
/// <param name="html">The page, UTF-8.</param>
/// <param name="policy">What a browser may do with it.</param>
public sealed class HtmlResult(ReadOnlyMemory<byte> html, string policy) : IResult
{
    public const string ContentType = "text/html";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        IHeaderDictionary headers = httpContext.Response.Headers;
        headers.ContentSecurityPolicy = $"{policy}; sandbox";
        headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(html, $"{ContentType}; charset=utf-8").ExecuteAsync(httpContext);
    }
}
