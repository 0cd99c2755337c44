using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;

namespace Pipeline.Functions;

public sealed class Predict(ImagePredictions predictions)
{
    /// <summary>The most probable classes of the image in the body, by each model.</summary>
    [Function(nameof(Predict))]
    public Task<IResult> UploadedAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "predictions")] HttpRequest request,
        CancellationToken cancellationToken) => Answer.GuardAsync(() => predictions.OfUploadedAsync(request, cancellationToken));

    /// <summary>The most probable classes of a stored image, by each model.</summary>
    [Function("PredictStored")]
    public Task<IResult> StoredAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "predictions/{*name}")] HttpRequest request,
        string? name,
        CancellationToken cancellationToken) => Answer.GuardAsync(() => predictions.OfStoredAsync(request, name, cancellationToken));
}
