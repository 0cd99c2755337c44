using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Scalar.AspNetCore;

namespace Pipeline.Functions.Endpoints;

public sealed class ShowDocs
{
    private const string ViewerPath = "scalar.js";

    /// <summary>Only this app is asked. Scalar writes its styles into the page, which is why styles may be there.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; " +
        "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly StaticFiles _files = new("docs");
    private readonly Lazy<StaticFile> _viewer = new(ReadViewer);

    /// <summary>The OpenAPI document of this API. Anonymous: there is no data in it.</summary>
    [Function("ShowOpenApi")]
    public IResult Document([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi.json")] HttpRequest request) =>
        Show("openapi.json", request);

    /// <summary>A page that shows the document and sends requests, by Scalar. Anonymous: it asks for the key before it sends one.</summary>
    [Function(nameof(ShowDocs))]
    public IResult Page([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "docs/{*path}")] HttpRequest request) =>
        request.RouteValues["path"] is ViewerPath
            ? new StaticFileResult(_viewer.Value, ContentSecurityPolicy)
            : Show(request.RouteValues["path"] as string, request);

    private StaticFileResult Show(string? path, HttpRequest request) => _files.TryFind(path, out StaticFile? file)
        ? new StaticFileResult(file, ContentSecurityPolicy)
        : throw Problems.UnknownAddress(request.Path);

    /// <summary>Scalar's script, which its package has compressed.</summary>
    private static StaticFile ReadViewer()
    {
        using Stream resource = typeof(ScalarOptions).Assembly.GetManifestResourceStream("ScalarStaticAssets.scalar.js")
            ?? throw new InvalidOperationException("The package Scalar.AspNetCore has no script where this version looks for it.");
        var packed = new MemoryStream();
        resource.CopyTo(packed);
        packed.Position = 0;
        using var unpacking = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
        var script = new MemoryStream();
        unpacking.CopyTo(script);
        return StaticFile.Of(ViewerPath, script.ToArray()) with { Gzip = packed.ToArray() };
    }
}
