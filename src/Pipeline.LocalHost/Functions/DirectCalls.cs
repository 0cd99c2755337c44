using System.Collections.Concurrent;
using System.Text.Json;
using Google.Protobuf;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Worker;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Functions;

/// <summary>
/// Runs functions on request of a person or a schedule, without their trigger. A failed run is logged, not retried.
/// </summary>
internal sealed class DirectCalls(WorkerSupervisor workers, FunctionCalls calls, AppSettings settings) : IAsyncDisposable
{
    private const string Reason = "This function was programmatically called via the host APIs.";

    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Starts a run and does not wait for its end.</summary>
    /// <param name="name">The function.</param>
    /// <param name="input">A message's text, or a blob's container and name; a timer ignores it.</param>
    /// <param name="cancellationToken">Ends the wait for a worker.</param>
    /// <returns>Whether there is such a function.</returns>
    public async Task<bool> StartAsync(string name, string input, CancellationToken cancellationToken)
    {
        WorkerInstance worker = await workers.ReadyAsync(cancellationToken);
        if (!worker.Functions.TryGetValue(name, out FunctionDefinition? function) || Input(function.Trigger, input) is not { } data)
        {
            return false;
        }

        Task run = RunAsync(function.Name, Reason, data);
        _running[run] = true;
        _ = run.ContinueWith(ended => _running.TryRemove(ended, out _), TaskScheduler.Default);
        return true;
    }

    /// <summary>Runs a timer's function and waits for its end.</summary>
    /// <param name="name">The function.</param>
    /// <param name="due">When it was due.</param>
    /// <param name="next">When it is due next.</param>
    public Task RunTimerAsync(string name, DateTime due, DateTime next) => RunAsync(name, $"Timer fired at {due:O}", Timer(due, next));

    /// <summary>Cancels the runs and waits for their end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Keys);
        _stop.Dispose();
    }

    private async Task RunAsync(string name, string reason, TypedData input)
    {
        try
        {
            await calls.RunAsync(name, reason, input, _stop.Token);
        }
        catch (Exception exception) when (
            exception is FunctionFailure or WorkerLostException or OperationCanceledException or TimeoutException)
        {
            // It is logged already; as on the real host, no caller waits for the result.
        }
    }

    private TypedData? Input(Trigger? trigger, string input) => trigger switch
    {
        TimerTrigger => Timer(DateTime.UtcNow, DateTime.UtcNow),
        QueueTrigger => new TypedData { String = input },
        BlobTrigger blob when input.Split('/', 2) is [{ Length: > 0 } container, { Length: > 0 } name] => Blob(blob, container, name),
        _ => null,
    };

    private static TypedData Timer(DateTime last, DateTime next) => new()
    {
        Json = JsonSerializer.Serialize(new
        {
            Schedule = new { AdjustForDST = true },
            ScheduleStatus = new { Last = last, Next = next, LastUpdated = last },
            IsPastDue = false,
        }),
    };

    private TypedData Blob(BlobTrigger trigger, string container, string name) => new()
    {
        ModelBindingData = new ModelBindingData
        {
            Version = "1.0",
            Source = "AzureStorageBlobs",
            ContentType = "application/json",
            Content = ByteString.CopyFromUtf8(JsonSerializer.Serialize(
                new { Connection = settings.Resolve(
                    trigger.Connection ?? "AzureWebJobsStorage"), ContainerName = container, BlobName = name })),
        },
    };
}
