using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Gallery;
using Pipeline.Functions.Http;
using Pipeline.Reporting;

namespace Pipeline.Functions.Endpoints;

public sealed class ShowGallery
{
    /// <summary>
    /// Only this app's own scripts and styles run, and only this app is asked. Images may come from storage, by addresses that it signs. The
    /// frame of a study's report inherits this policy, which is why the report's own style sheet and its embedded images are in it.
    /// </summary>
    internal static readonly string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' blob: data: https:; " +
        $"style-src 'self' {ReportStyle.Source}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly GalleryFiles _files = new();

    /// <summary>
    /// The page where people look, and its scripts and styles. Anonymous: there is no data in it, and the page asks for the key before it
    /// asks for data.
    /// </summary>
    [Function(nameof(ShowGallery))]
    public FileContentHttpResult Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "gallery/{*path}")] HttpRequest request)
    {
        if (!_files.TryFind(request.RouteValues["path"] as string, out GalleryFile? file))
        {
            throw Problems.UnknownAddress(request.Path);
        }

        IHeaderDictionary headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";

        // Asked for each time and answered with 304: a new version of the app is seen at once, as a whole.
        headers.CacheControl = "no-cache";
        return TypedResults.Bytes(file.Content, file.ContentType, entityTag: file.Tag);
    }
}
