using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;

namespace Pipeline.Functions.Endpoints;

public sealed class Predict(ImagePredictions predictions)
{
    /// <summary>The most probable classes of the image in the body, by each model.</summary>
    [Function(nameof(Predict))]
    public Task<IResult> UploadedAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "predictions")] HttpRequest request) =>
        predictions.OfUploadedAsync(request, request.HttpContext.RequestAborted);

    /// <summary>The most probable classes of a stored image, by each model.</summary>
    [Function("PredictStored")]
    public Task<IResult> StoredAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "predictions/{*name}")] HttpRequest request) =>
        predictions.OfStoredAsync(request, request.RouteValues["name"] as string, request.HttpContext.RequestAborted);
}
