using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Pipeline.TestWorker;

/// <summary>Functions that show what of a request arrives, and that fail in every way that a function can.</summary>
public sealed class HttpFunctions(ILogger<HttpFunctions> logger)
{
    [Function("Echo")]
    public async Task<IResult> EchoAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "echo/{*name}")] HttpRequest request, string? name)
    {
        byte[] hash = await SHA256.HashDataAsync(request.Body);
        return Results.Json(new
        {
            target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            name,
            host = request.Host.ToString(),
            invocation = request.Headers["x-ms-invocation-id"].ToString(),
            hash = Convert.ToHexString(hash),
        });
    }

    [Function("Bound")]
    public IResult Bound(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "bound/{name}")] HttpRequest request, string name, string? word) =>
        Results.Json(new { name, word });

    [Function("Number")]
    public IResult Number([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "numbers/{id:int}")] HttpRequest request, int id) =>
        Results.Json(new { id });

    [Function("Throw")]
    public IResult Throw([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throw")] HttpRequest request) =>
        throw new InvalidOperationException("Thrown on purpose.");

    [Function("Print")]
    public IResult Print([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "print")] HttpRequest request)
    {
        Console.WriteLine("Printed by a function");
        logger.LogInformation("Logged by a function");
        logger.LogDebug("Not worth logging");
        return Results.NoContent();
    }

    [Function("Wait")]
    public async Task<IResult> WaitAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "wait/{milliseconds:int}")] HttpRequest request,
        int milliseconds,
        CancellationToken cancellationToken)
    {
        logger.LogInformation("Waiting begins");
        try
        {
            await Task.Delay(milliseconds, cancellationToken);
            logger.LogInformation("Waiting ends");
            return Results.Text("waited");
        }
        catch (OperationCanceledException)
        {
            logger.LogInformation("Waiting is canceled");
            throw;
        }
    }

    [Function("Process")]
    public IResult ProcessId([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "process")] HttpRequest request) =>
        Results.Text(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Answers nothing: the process is gone at once, as after a error in native code.</summary>
    [Function("Die")]
    public IResult Die([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "die")] HttpRequest request)
    {
        Process.GetCurrentProcess().Kill();
        return Results.NoContent();
    }
}
