using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;

namespace Pipeline.Functions.Endpoints;

public sealed class Health(HealthReport report)
{
    /// <summary>Whether the app can do its work: models, index, storage.</summary>
    [Function(nameof(Health))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) =>
        report.AnswerAsync(request.HttpContext.RequestAborted);
}
