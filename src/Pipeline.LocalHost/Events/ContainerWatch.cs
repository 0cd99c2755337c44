using System.Diagnostics;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.LocalHost.Events;

/// <summary>
/// Lists a container periodically and reports each change to the app at least once, also changes from while the host did not run.
/// </summary>
internal sealed partial class ContainerWatch(
    WatchedContainer watched, BlobContainerClient container, EventSender sender, KnownBlobsFile file, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    // Listing a large container takes at most a fifth of the time, and so does saving what is known of it.
    private const int PauseFactor = 4;

    private const int BatchesAtOnce = 4;

    private readonly Lock _gate = new();
    private long _nextWrite;
    private bool _away;

    /// <summary>Runs until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        KnownBlobs? known = null;
        while (!stop.IsCancellationRequested)
        {
            TimeSpan pause = RetryInterval;
            try
            {
                known ??= await file.ReadAsync(stop);
                TimeSpan listing = await LookAsync(known, stop);
                pause = Longer(Interval, PauseFactor * listing);
                await WriteAsync(known);
                Reached();
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                // Whatever the cause: if the watch gave up, later blobs would never be processed.
                Lost(exception);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await WriteLastAsync(known);
    }

    /// <summary>Saves what is known, if that is due.</summary>
    private async Task WriteAsync(KnownBlobs known)
    {
        if (known.Changed && Stopwatch.GetTimestamp() >= _nextWrite)
        {
            long start = Stopwatch.GetTimestamp();
            await file.WriteAsync(known, CancellationToken.None);
            _nextWrite = Stopwatch.GetTimestamp() + (PauseFactor * (Stopwatch.GetTimestamp() - start));
        }
    }

    /// <summary>Saves what is known at the end; if that fails, some events are sent a second time.</summary>
    private async Task WriteLastAsync(KnownBlobs? known)
    {
        try
        {
            if (known?.Changed == true)
            {
                await file.WriteAsync(known, CancellationToken.None);
            }
        }
        catch (RequestFailedException exception)
        {
            Lost(exception);
        }
    }

    /// <summary>Compares the container with what is known of it, and reports the differences.</summary>
    /// <returns>The time that listing took.</returns>
    private async Task<TimeSpan> LookAsync(KnownBlobs known, CancellationToken stop)
    {
        known.BeginPass();
        TimeSpan listing = TimeSpan.Zero;
        var written = new List<BlobItem>();
        await using IAsyncEnumerator<Page<BlobItem>> pages =
            container.GetBlobsAsync(cancellationToken: stop).AsPages().GetAsyncEnumerator(stop);
        while (true)
        {
            long start = Stopwatch.GetTimestamp();
            bool more = await NextAsync(pages);
            listing += Stopwatch.GetElapsedTime(start);
            if (!more)
            {
                break;
            }

            written.AddRange(pages.Current.Values.Where(blob => !known.See(blob.Name, BlobEvent.Version(blob))));
            await SendAsync(written, known, stop);
            written.Clear();
        }

        foreach (string name in known.Missing())
        {
            await sender.SendDeletedAsync(name, stop);
            known.Forget(name);
            LogDeleted(name, watched.Name);
        }

        return listing;
    }

    /// <summary>Reports written blobs, several batches at a time, because the extension writes one message after the other.</summary>
    private async Task SendAsync(List<BlobItem> written, KnownBlobs known, CancellationToken stop) => await Parallel.ForEachAsync(
        written.Chunk(EventSender.BatchSize),
        new ParallelOptions { MaxDegreeOfParallelism = BatchesAtOnce, CancellationToken = stop },
        async (batch, cancellationToken) =>
        {
            await sender.SendCreatedAsync(batch, cancellationToken);
            lock (_gate)
            {
                foreach (BlobItem blob in batch)
                {
                    known.Remember(blob.Name, BlobEvent.Version(blob));
                }
            }

            LogWritten(batch.Length, watched.Name);
        });

    private static async Task<bool> NextAsync(IAsyncEnumerator<Page<BlobItem>> pages)
    {
        try
        {
            return await pages.MoveNextAsync();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Not created yet, or deleted with all its blobs.
            return false;
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Lost(Exception exception)
    {
        // One warning per outage.
        if (!_away)
        {
            _away = true;
            LogLost(watched.Name, exception.Message.Split('\n')[0]);
        }
    }

    private void Reached()
    {
        if (_away)
        {
            _away = false;
            LogReached(watched.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} blobs were written in '{Container}'")]
    private partial void LogWritten(int count, string container);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Blob '{Name}' is gone from '{Container}'")]
    private partial void LogDeleted(string name, string container);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Events of container '{Container}' wait: storage or host cannot be reached ({Reason})")]
    private partial void LogLost(string container, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Events of container '{Container}' go on")]
    private partial void LogReached(string container);
}
