using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;

namespace Pipeline.Functions.Endpoints;

public sealed class FindSimilar(SimilarImages similar)
{
    /// <summary>The stored images nearest to the one in the body.</summary>
    [Function(nameof(FindSimilar))]
    public Task<IResult> ToUploadedAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "similar")] HttpRequest request) =>
        similar.ToUploadedAsync(request, request.HttpContext.RequestAborted);

    /// <summary>The stored images nearest to a stored one, without embedding it again.</summary>
    [Function("FindSimilarToStored")]
    public Task<IResult> ToStoredAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "similar/{*name}")] HttpRequest request) =>
        similar.ToStoredAsync(request, request.RouteValues["name"] as string, request.HttpContext.RequestAborted);
}
