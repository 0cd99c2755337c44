using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;

namespace Pipeline.Functions.Endpoints;

public sealed class DrawFeatureMaps(FeatureMapPictures pictures)
{
    /// <summary>What a model's blocks make of the image in the body, as a PNG.</summary>
    [Function(nameof(DrawFeatureMaps))]
    public Task<IResult> OfUploadedAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "feature-maps")] HttpRequest request) =>
        pictures.OfUploadedAsync(request, request.HttpContext.RequestAborted);

    /// <summary>What a model's blocks make of a stored image, as a PNG.</summary>
    [Function("DrawFeatureMapsOfStored")]
    public Task<IResult> OfStoredAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "feature-maps/{*name}")] HttpRequest request) =>
        pictures.OfStoredAsync(request, request.RouteValues["name"] as string, request.HttpContext.RequestAborted);
}
