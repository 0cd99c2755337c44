using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Waits for the storage that triggers need, with one line in the log when it is missed and one when it is back.</summary>
internal sealed partial class StorageWait
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly QueueClient _blobQueue;
    private readonly (BlobServiceClient Blobs, QueueServiceClient Queues)[] _accounts;
    private readonly ILogger _logger;
    private bool _away;

    /// <exception cref="HostFailure">A connection of a trigger is not set.</exception>
    public StorageWait(AppSettings settings, IEnumerable<FunctionDefinition> functions, ILogger logger)
    {
        _logger = logger;
        _blobQueue = settings.Queues(null).GetQueueClient($"azure-webjobs-blobtrigger-{settings.HostId}");
        _accounts =
        [
            .. functions
                .Select(function => function.Trigger switch
                {
                    BlobTrigger blob => blob.Connection ?? "",
                    QueueTrigger queue => queue.Connection ?? "",
                    _ => null,
                })
                .OfType<string>()
                .Distinct()
                .Select(connection => settings.Resolve(connection))
                .Select(connection => (settings.Blobs(connection), settings.Queues(connection))),
        ];
    }

    /// <summary>Waits until storage answers.</summary>
    /// <returns>False where it was stopped before.</returns>
    public async Task<bool> ReachedAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // The SDK makes this queue with the first message, and until then logs an error for each look at it.
                await _blobQueue.CreateIfNotExistsAsync(cancellationToken: stop);
                foreach ((BlobServiceClient blobs, QueueServiceClient queues) in _accounts)
                {
                    await blobs.GetPropertiesAsync(stop);
                    await queues.GetPropertiesAsync(stop);
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
                // Whatever the cause, a host that gave up would be blobs that are never seen.
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

    /// <summary>Storage does not answer any more.</summary>
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
