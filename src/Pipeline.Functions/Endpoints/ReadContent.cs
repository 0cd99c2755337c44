using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Storage.Access;

namespace Pipeline.Functions.Endpoints;

public sealed class ReadContent(StoredImages stored)
{
    /// <summary>The bytes of a stored image.</summary>
    [Operation("Images")]
    [Cached]
    [Responds(200, "The bytes; with the type of an image only if they are one that browsers show.",
        Media = ["image/*", "application/octet-stream"])]
    [Problems(ProblemTypes.UnknownImage, ProblemTypes.UnreadableImage)]
    [Function(nameof(ReadContent))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "content/{*name}")] HttpRequest request)
    {
        var name = StoredName.FromPath(request, "GET /api/content/NAME");
        ImageContent content = await stored.OpenAsync(name, request.HttpContext.RequestAborted);
        return new ContentResult(content);
    }
}
