using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
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

    private readonly StaticFiles _files = new("gallery");

    /// <summary>
    /// The page where people look, and its scripts and styles. Anonymous: there is no data in it, and the page asks for the key before it
    /// asks for data.
    /// </summary>
    [Function(nameof(ShowGallery))]
    public IResult Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "gallery/{*path}")] HttpRequest request) =>
        _files.TryFind(request.RouteValues["path"] as string, out StaticFile? file)
            ? new StaticFileResult(file, ContentSecurityPolicy)
            : throw Problems.UnknownAddress(request.Path);
}
