using System.Diagnostics;
using Google.Protobuf.Collections;
using Pipeline.LocalHost.Worker;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Functions;

/// <summary>Runs functions on the worker and logs each run as the real host does.</summary>
internal sealed partial class FunctionCalls(WorkerSupervisor workers, ILoggerFactory logs)
{
    /// <summary>Runs a function without an HTTP trigger.</summary>
    /// <param name="name">The function.</param>
    /// <param name="reason">Why it runs, for the log.</param>
    /// <param name="input">The trigger's value.</param>
    /// <param name="cancellationToken">Cancels the function's own token; the run is awaited nevertheless.</param>
    /// <exception cref="FunctionFailure">The function failed.</exception>
    /// <exception cref="WorkerLostException">The worker ended meanwhile.</exception>
    public async Task RunAsync(string name, string reason, TypedData input, CancellationToken cancellationToken)
    {
        WorkerInstance worker = await workers.ReadyAsync(cancellationToken);
        FunctionDefinition function = worker.Functions[name];
        await RunAsync(worker, function, Guid.NewGuid().ToString(), reason, input, [], cancellationToken);
    }

    /// <summary>Runs a function on a worker, under a given id.</summary>
    /// <inheritdoc cref="RunAsync(string, string, TypedData, CancellationToken)"/>
    public async Task RunAsync(
        WorkerInstance worker,
        FunctionDefinition function,
        string id,
        string reason,
        TypedData input,
        MapField<string, TypedData> metadata,
        CancellationToken cancellationToken)
    {
        ILogger logger = logs.CreateLogger($"Function.{function.Name}");
        long start = Stopwatch.GetTimestamp();
        LogExecuting(logger, function.ShortName, reason, id);
        try
        {
            await worker.Channel.InvokeAsync(function, id, input, metadata, cancellationToken);
            long duration = Milliseconds(start);
            LogExecuted(logger, function.ShortName, id, duration);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            // The caller no longer waits for it: this is not a failure of the function.
            long duration = Milliseconds(start);
            LogCanceled(logger, function.ShortName, id, duration);
            throw new OperationCanceledException("The function was canceled.", exception, cancellationToken);
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception, function.ShortName, id, Milliseconds(start));
            throw;
        }
    }

    private static long Milliseconds(long start) => (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds;

    [LoggerMessage(Level = LogLevel.Information, Message = "Executing '{Function}' (Reason='{Reason}', Id={Id})")]
    private static partial void LogExecuting(ILogger logger, string function, string reason, string id);

    [LoggerMessage(Level = LogLevel.Information, Message = "Executed '{Function}' (Succeeded, Id={Id}, Duration={Duration}ms)")]
    private static partial void LogExecuted(ILogger logger, string function, string id, long duration);

    [LoggerMessage(Level = LogLevel.Information, Message = "Executed '{Function}' (Canceled, Id={Id}, Duration={Duration}ms)")]
    private static partial void LogCanceled(ILogger logger, string function, string id, long duration);

    [LoggerMessage(Level = LogLevel.Error, Message = "Executed '{Function}' (Failed, Id={Id}, Duration={Duration}ms)")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function, string id, long duration);
}
