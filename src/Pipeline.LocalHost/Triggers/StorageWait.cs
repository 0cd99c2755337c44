using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Waits for the storage that triggers need, with one log entry when it is unavailable and one when it is back.</summary>
internal sealed partial class StorageWait
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly QueueClient[] _queues;
    private readonly BlobServiceClient[] _blobs;
    private readonly ILogger _logger;
    private bool _away;

    /// <exception cref="HostFailure">A connection of a trigger is not set.</exception>
    public StorageWait(AppSettings settings, IEnumerable<FunctionDefinition> functions, ILogger logger)
    {
        _logger = logger;
        Trigger?[] triggers = [.. functions.Select(function => function.Trigger)];
        _blobs =
        [
            .. triggers.OfType<BlobTrigger>().Select(blob => settings.Resolve(blob.Connection ?? "")).Distinct().Select(settings.Blobs),
        ];
        _queues =
        [
            settings.Queues(null).GetQueueClient($"azure-webjobs-blobtrigger-{settings.HostId}"),
            .. triggers.OfType<QueueTrigger>().Select(queue =>
                settings.Queues(settings.Resolve(queue.Connection ?? "")).GetQueueClient(settings.Resolve(queue.Queue))),
        ];
    }

    /// <summary>Waits until storage responds.</summary>
    /// <returns>False if it was stopped before.</returns>
    public async Task<bool> ReachedAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // The SDK creates a queue with the first message, and until then logs an error for each poll.
                foreach (QueueClient queue in _queues)
                {
                    await queue.CreateIfNotExistsAsync(cancellationToken: stop);
                }

                foreach (BlobServiceClient blobs in _blobs)
                {
                    await blobs.GetPropertiesAsync(stop);
                }

                if (_away)
                {
                    _away = false;
                    LogReached();
                }

                return true;
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                // Whatever the cause: if the host gave up, later blobs would never be processed.
                Lost(exception);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Task.Delay(Interval, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    /// <summary>Records that storage no longer responds.</summary>
    public void Lost(Exception cause)
    {
        if (!_away)
        {
            _away = true;
            LogLost((cause as AggregateException)?.InnerException?.Message.Split('\n')[0] ?? cause.Message.Split('\n')[0]);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The storage that triggers need cannot be reached, waiting for it ({Reason})")]
    private partial void LogLost(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The storage that triggers need is back")]
    private partial void LogReached();
}
