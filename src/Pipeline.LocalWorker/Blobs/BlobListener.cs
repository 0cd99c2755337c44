using System.Collections.Concurrent;
using System.Threading.Channels;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pipeline.LocalWorker.Hosting;

namespace Pipeline.LocalWorker.Blobs;

/// <summary>
/// Runs a blob function for every new version of every blob in its container, at least once. A version is done when its receipt is written,
/// after success or after its poison message; whatever ends the process before that, the next start runs it again.
/// </summary>
internal sealed partial class BlobListener : Listener
{
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BusyInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan OutageInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private readonly Function _function;
    private readonly FunctionInvoker _invoker;
    private readonly HostJson _host;
    private readonly ILogger<BlobListener> _logger;
    private readonly BlobPath _path;
    private readonly BlobContainerClient _container;
    private readonly BlobReceipts _receipts;
    private readonly PoisonQueue _poison;

    // The version of each blob that is queued, running or waiting for its next try.
    private readonly ConcurrentDictionary<string, string> _pending = new(StringComparer.Ordinal);
    private readonly Channel<BlobEvent> _queue;
    private int _unreachable;

    public BlobListener(
        Function function,
        BlobTriggerAttribute trigger,
        FunctionInvoker invoker,
        HostJson host,
        StorageConnections connections,
        IConfiguration configuration,
        ILogger<BlobListener> logger)
    {
        (_function, _invoker, _host, _logger) = (function, invoker, host, logger);
        _path = new BlobPath(trigger.BlobPath);
        _container = connections.Blobs(trigger.Connection).GetBlobContainerClient(_path.Container);
        _receipts = new BlobReceipts(connections, configuration, function, _path.Container);
        _poison = new PoisonQueue(connections.Queues(trigger.Connection, QueueMessageEncoding.Base64));
        _queue = Channel.CreateBounded<BlobEvent>(1024);
    }

    /// <summary>What is ended by the host's patience has no receipt, and runs again.</summary>
    protected override Task RunAsync() => Task.WhenAll(
        Enumerable.Range(0, _host.MaxDegreeOfParallelism)
            .Select(_ => Task.Run(WorkAsync, CancellationToken.None))
            .Append(Task.Run(WatchAsync, CancellationToken.None)));

    private async Task WatchAsync()
    {
        CancellationToken stopping = Stopping;
        bool loaded = false;
        while (!stopping.IsCancellationRequested)
        {
            TimeSpan interval = IdleInterval;
            try
            {
                if (!loaded)
                {
                    await _receipts.LoadAsync(stopping);
                    loaded = true;
                }

                interval = await ScanAsync(stopping) ? BusyInterval : IdleInterval;
                Reached();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                // There is nothing to do until somebody makes the container.
                Reached();
            }
            catch (Exception exception)
            {
                // Whatever the cause, a trigger that gave up would be an upload that is never seen.
                NotReached(exception);
                interval = OutageInterval;
            }

            await Task.Delay(interval, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>True if there was anything new.</returns>
    private async Task<bool> ScanAsync(CancellationToken stopping)
    {
        bool found = false;
        await foreach (BlobItem blob in _container.GetBlobsAsync(new GetBlobsOptions(), stopping))
        {
            string etag = blob.Properties.ETag!.Value.ToString("H");
            if (_path.Match(blob.Name) is null
                || _receipts.Has(blob.Name, etag)
                || (_pending.TryGetValue(blob.Name, out string? pending) && pending == etag))
            {
                continue;
            }

            found = true;
            _pending[blob.Name] = etag;
            await _queue.Writer.WriteAsync(new BlobEvent(blob.Name, etag, Tries: 0), stopping);
        }

        return found;
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (BlobEvent next in _queue.Reader.ReadAllAsync(Stopping))
            {
                if (IsCurrent(next))
                {
                    await TryAsync(next);
                }
            }
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            // What is still queued has no receipt and is found again at the next start.
        }
    }

    private async Task TryAsync(BlobEvent next)
    {
        BlobClient blob = _container.GetBlobClient(next.Name);
        try
        {
            try
            {
                await _invoker.InvokeAsync(
                    _function, parameter => BlobArguments.Value(parameter, _function, blob, _path.Match(next.Name)!, Abort));
            }
            catch (Exception exception) when (!Abort.IsCancellationRequested)
            {
                await FailedAsync(blob, next, exception);
                return;
            }

            await DoneAsync(next);
        }
        catch (OperationCanceledException) when (Abort.IsCancellationRequested)
        {
            LogAborted(_function.Name, next.Name);
        }
        catch (Exception exception)
        {
            // Only the receipt, the poison message or the look at the blob can have failed: storage is away. The try does not count.
            NotReached(exception);
            Again(next, OutageInterval);
        }
    }

    private async Task FailedAsync(BlobClient blob, BlobEvent next, Exception exception)
    {
        if (!await IsStillThereAsync(blob, next))
        {
            _pending.TryRemove(new KeyValuePair<string, string>(next.Name, next.ETag));
            return;
        }

        int tries = next.Tries + 1;
        LogFailed(exception, _function.Name, next.Name, tries, _host.PoisonBlobThreshold);
        if (tries < _host.PoisonBlobThreshold)
        {
            TimeSpan delay = FirstRetry * Math.Pow(2, tries - 1);
            Again(next with { Tries = tries }, delay < LongestRetry ? delay : LongestRetry);
            return;
        }

        await _poison.AddAsync(_function, _path.Container, next.Name, next.ETag, Abort);
        LogPoisoned(_function.Name, next.Name, tries);
        await DoneAsync(next);
    }

    /// <summary>False where the blob is gone or another version by now, which the next look at the container finds.</summary>
    private async Task<bool> IsStillThereAsync(BlobClient blob, BlobEvent next)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: Abort);
            return properties.ETag.ToString("H") == next.ETag;
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            return false;
        }
    }

    private async Task DoneAsync(BlobEvent next)
    {
        await _receipts.WriteAsync(next.Name, next.ETag, Abort);
        _pending.TryRemove(new KeyValuePair<string, string>(next.Name, next.ETag));
        Reached();
    }

    /// <summary>Puts the event back in the queue later; no slot is held meanwhile.</summary>
    private void Again(BlobEvent next, TimeSpan delay) => _ = Task.Run(async () =>
    {
        try
        {
            await Task.Delay(delay, Stopping);
            await _queue.Writer.WriteAsync(next, Stopping);
        }
        catch (OperationCanceledException)
        {
            // Stopping; the next start finds it.
        }
    });

    private bool IsCurrent(BlobEvent next) => _pending.TryGetValue(next.Name, out string? etag) && etag == next.ETag;

    private void NotReached(Exception exception)
    {
        // One warning an outage, however many blobs it meets.
        if (Interlocked.Exchange(ref _unreachable, 1) == 0)
        {
            LogUnreachable(_function.Name, _container.AccountName, exception.Message.Split('\n')[0]);
        }
    }

    private void Reached()
    {
        if (Interlocked.Exchange(ref _unreachable, 0) == 1)
        {
            LogReached(_function.Name, _container.AccountName);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function}: attempt {Attempt} of {Attempts} failed for '{Blob}'")]
    private partial void LogFailed(Exception exception, string function, string blob, int attempt, int attempts);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function}: '{Blob}' failed {Attempts} times and is now in webjobs-blobtrigger-poison")]
    private partial void LogPoisoned(string function, string blob, int attempts);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: '{Blob}' was not finished before the stop; it runs again at the next start")]
    private partial void LogAborted(string function, string blob);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function}: storage account '{Account}' cannot be reached, waiting for it ({Reason})")]
    private partial void LogUnreachable(string function, string account, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: storage account '{Account}' is back")]
    private partial void LogReached(string function, string account);
}
