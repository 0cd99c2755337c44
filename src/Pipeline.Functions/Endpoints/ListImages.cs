using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;

namespace Pipeline.Functions.Endpoints;

public sealed class ListImages(ImageList images)
{
    /// <summary>The stored images by pages, and their state by each model.</summary>
    [Function(nameof(ListImages))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "images")] HttpRequest request) =>
        images.PageAsync(request, request.HttpContext.RequestAborted);
}
