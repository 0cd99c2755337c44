using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Worker;
using Pipeline.LocalHost.Worker.Messages;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// Answers a request with the function of its route. The request is forwarded to the worker over HTTP, and a gRPC message names the
/// function that handles it. Both carry the same invocation id. The id is always new: one that the client sent could belong to another
/// request.
/// </summary>
internal sealed partial class FunctionForwarder(
    WorkerSupervisor workers, FunctionCalls calls, IHttpForwarder forwarder, ILogger<FunctionForwarder> logger)
{
    private const string InvocationIdHeader = "x-ms-invocation-id";

    // The reason that the real host logs.
    private const string Reason = "This function was programmatically called via the host APIs.";

    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    private readonly RawTargetTransformer _transformer = new();

    public async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.ContentLength > HttpFront.MaxRequestBodyBytes)
        {
            LogTooLarge(context.Request.Method, context.Request.Path, context.Request.ContentLength.Value);
            Empty(context, StatusCodes.Status500InternalServerError);
            return;
        }

        WorkerInstance worker;
        try
        {
            worker = await workers.ReadyAsync(context.RequestAborted);
        }
        catch (TimeoutException)
        {
            LogNoWorker(context.Request.Method, context.Request.Path);
            Empty(context, StatusCodes.Status503ServiceUnavailable);
            return;
        }

        if (await worker.Routes.MatchAsync(context) is { } match && worker.Address is { } address)
        {
            await ForwardAsync(context, worker, address, match);
        }
        else
        {
            Empty(context, StatusCodes.Status404NotFound);
        }
    }

    private async Task ForwardAsync(HttpContext context, WorkerInstance worker, Uri address, RouteMatch match)
    {
        string id = Guid.NewGuid().ToString();
        context.Request.Headers[InvocationIdHeader] = id;
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, worker.Lost);
        Task running = calls.RunAsync(
            worker,
            match.Function,
            id,
            Reason,
            new TypedData { Http = new RpcHttp() },
            TriggerMetadata.Of(context.Request, match.Values),
            cancelled.Token);
        ForwarderError error = await forwarder.SendAsync(context, address.AbsoluteUri, worker.Http, Config, _transformer, lost.Token);
        if (error != ForwarderError.None && !running.IsCompleted)
        {
            // The function may wait for a request that will not arrive, or run on although its client is gone.
            await cancelled.CancelAsync();
        }

        bool succeeded = await SucceededAsync(running);
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (error != ForwarderError.None || !succeeded)
        {
            // A function's own failure is logged already; the broken connection that follows from it adds nothing.
            Exception? cause = succeeded ? context.Features.Get<IForwarderErrorFeature>()?.Exception : null;
            LogFailed(cause, context.Request.Method, context.Request.Path, match.Function.Name, error);
            if (!context.Response.HasStarted)
            {
                Empty(context, StatusCodes.Status500InternalServerError);
            }
        }
    }

    /// <summary>Waits for the end of a run; a failure is logged already.</summary>
    private static async Task<bool> SucceededAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return running.IsCompletedSuccessfully;
    }

    private static void Empty(HttpContext context, int status)
    {
        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} was answered with 500: function '{Function}', forwarding {Error}")]
    private partial void LogFailed(Exception? cause, string method, string path, string function, ForwarderError error);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Method} {Path} was answered with 500: a body of {Length} bytes is more than a Functions host takes")]
    private partial void LogTooLarge(string method, string path, long length);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} was answered with 503: there is no worker")]
    private partial void LogNoWorker(string method, string path);
}
