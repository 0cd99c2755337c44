using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;

namespace Pipeline.Functions.Endpoints;

public sealed class RunStudy(ImageStudy study)
{
    /// <summary>The study on the images of a form: classes, cosines, variants, distortions, as JSON or as a report for people.</summary>
    [Function(nameof(RunStudy))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "study")] HttpRequest request) =>
        study.OfUploadedAsync(request, request.HttpContext.RequestAborted);
}
