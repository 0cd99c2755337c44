using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Pipeline.Imaging;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Functions.Http;

/// <summary>
/// The one place where an exception of an HTTP function becomes a response, and a line in the log: problem details for the caller, the
/// exception for the operator. Other triggers' exceptions pass, for the host counts them and tries again.
/// </summary>
internal sealed partial class ErrorMiddleware(ILogger<ErrorMiddleware> logger) : IFunctionsWorkerMiddleware
{
    private static readonly TimeSpan ConnectionEnd = TimeSpan.FromSeconds(1);

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        // One token for both: the caller disconnects, the host stops.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.CancellationToken);
        http.RequestAborted = ended.Token;
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            if (exception is BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest })
            {
                // That the body ends is known a moment before the connection's end is.
                await Task.Delay(ConnectionEnd, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            context.GetInvocationResult().Value = Answer(exception, context.FunctionDefinition.Name, ended.Token);
        }

        await DrainAsync(http.Request, ended.Token);
    }

    /// <returns>Null where nobody is left to answer.</returns>
    internal IResult? Answer(Exception exception, string function, CancellationToken ended)
    {
        if (ended.IsCancellationRequested && IsBrokenOff(exception))
        {
            LogLeft(function);
            return null;
        }

        switch (exception)
        {
            case ApiProblemException problem:
                return Send(problem, function);
            case InvalidImageException invalid:
                return Send(Problems.InvalidImage(invalid), function);
            case InvalidTagException invalid:
                return Send(Problems.InvalidTag(invalid.Message), function);
            case BadHttpRequestException refused:
                LogBadRequest(function, refused.StatusCode, refused.Message);
                return Problems.BadRequest(refused.StatusCode);
            case DatabaseException { Fault: DatabaseFault.Denied }:
                LogDenied(exception, function);
                return Problems.DatabaseDenied();
            case var denied when StorageError.IsDenied(denied):
                LogDenied(exception, function);
                return Problems.StorageDenied();
            case var outage when StorageOutage.Is(outage):
                LogOutage(exception, function);
                return Problems.StorageUnavailable(outage is DatabaseException ? "the database of the embeddings" : "the storage account");
            default:
                LogFailed(exception, function);
                return Problems.InternalError();
        }
    }

    // The type and not the detail, which may quote what the caller wrote.
    private ApiProblemException Send(ApiProblemException problem, string function)
    {
        LogProblem(function, problem.Problem.StatusCode, problem.Problem.ProblemDetails.Type);
        return problem;
    }

    /// <summary>
    /// Reads what is left of the body. A worker that answers while the host still sends breaks the connection, and the caller gets the
    /// host's 500 in place of the answer.
    /// </summary>
    private async Task DrainAsync(HttpRequest request, CancellationToken ended)
    {
        try
        {
            await request.Body.CopyToAsync(Stream.Null, ended);
        }
        catch (Exception exception) when (IsBrokenOff(exception))
        {
            LogUnread(exception.Message);
        }
    }

    private static bool IsBrokenOff(Exception exception) => exception is OperationCanceledException or IOException;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: the caller left before the answer")]
    private partial void LogLeft(string function);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: {Status} ({Problem})")]
    private partial void LogProblem(string function, int status, string? problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "The rest of a request's body cannot be read ({Reason})")]
    private partial void LogUnread(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: the request cannot be read, {Status} ({Reason})")]
    private partial void LogBadRequest(string function, int status, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function}: storage cannot be reached")]
    private partial void LogOutage(Exception exception, string function);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function}: storage refuses the app's identity")]
    private partial void LogDenied(Exception exception, string function);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed")]
    private partial void LogFailed(Exception exception, string function);
}
