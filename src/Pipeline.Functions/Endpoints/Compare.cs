using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;

namespace Pipeline.Functions.Endpoints;

public sealed class Compare(ImageComparison comparison)
{
    /// <summary>How alike the two images of a form are to each model.</summary>
    [Function(nameof(Compare))]
    public Task<IResult> UploadedAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "compare")] HttpRequest request) =>
        comparison.OfUploadedAsync(request, request.HttpContext.RequestAborted);

    /// <summary>How alike two stored images are to each model.</summary>
    [Function("CompareStored")]
    public Task<IResult> StoredAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "compare")] HttpRequest request) =>
        comparison.OfStoredAsync(request, request.HttpContext.RequestAborted);
}
