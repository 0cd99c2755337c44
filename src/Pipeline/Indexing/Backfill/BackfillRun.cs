using Azure;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>
/// Compares the container with the tables, and queues what lacks a record of its stored version, whatever the reason: it was there before
/// the app, its event was lost, a model is new. Records of images that are gone are removed.
/// </summary>
/// <remarks>
/// Goes through the keys in their order. Who stops it, or finds it stopped by a crash, goes on from the last state that was saved; what was
/// queued since then is queued once more, and found to be indexed. One at a time, by the lease of <see cref="BackfillStateBlob"/>.
/// </remarks>
internal sealed partial class BackfillRun(
    ImagesContainer images,
    IndexComparison comparison,
    BackfillQueue queue,
    BackfillStateBlob blob,
    TimeProvider time,
    ILogger<BackfillRun> logger)
{
    // So many calls to storage are under way at once: one takes some milliseconds in Azure.
    private const int CallsAtOnce = 16;
    private const int BatchSize = 4 * CallsAtOnce;

    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(10);

    /// <summary>Compares, and queues what is missing.</summary>
    /// <param name="order">What to do.</param>
    /// <param name="progress">Receives how far it is, after each few images.</param>
    /// <param name="cancellationToken">Stops it; the next run of the same scope goes on from there.</param>
    /// <exception cref="BackfillHeldException">Another process is at it.</exception>
    /// <exception cref="IOException">Storage was away for so long that another process may be at it by now.</exception>
    public async Task<BackfillReport> RunAsync(
        BackfillOrder order, IProgress<BackfillState>? progress, CancellationToken cancellationToken)
    {
        RenewedLease lease = await blob.AcquireAsync(cancellationToken).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            BackfillState? last = await blob.ReadAsync(cancellationToken).ConfigureAwait(false);
            last = last?.Scope.Matches(order.Scope) == true ? last : null;
            if (last is { FinishedAt: not null } && await queue.CountAsync(cancellationToken).ConfigureAwait(false) > 0)
            {
                return new BackfillReport(BackfillStart.Underway, last);
            }

            bool resumed = last is { FinishedAt: null };
            BackfillState state = resumed
                ? last! with { Holder = order.Holder }
                : BackfillState.Begin(order.Scope, order.Holder, time.GetUtcNow());
            if (!resumed && order.Scope.IsWhole)
            {
                // Whatever failed has no record, and is found again now.
                await queue.ClearPoisonAsync(cancellationToken).ConfigureAwait(false);
            }

            state = await RunAsync(order, state, lease, progress, cancellationToken).ConfigureAwait(false);
            return new BackfillReport(resumed ? BackfillStart.Resumed : BackfillStart.Fresh, state);
        }
    }

    /// <summary>What <see cref="RunAsync(BackfillOrder, IProgress{BackfillState}, CancellationToken)"/> would find and queue.</summary>
    public async Task<BackfillCounts> CountAsync(BackfillScope scope, CancellationToken cancellationToken)
    {
        var counts = new BackfillCounts();
        await foreach (RecordState found in comparison.CompareAsync(
            scope, "", seen => counts = counts with { Images = seen }, cancellationToken).ConfigureAwait(false))
        {
            counts = Count(counts, found, scope, removesByMessage: true);
        }

        return counts;
    }

    /// <summary>Empties the queue. The next run begins anew, and queues what has no record by then.</summary>
    /// <returns>About how many messages there were.</returns>
    /// <exception cref="BackfillHeldException">Another process is at it, and would go on.</exception>
    public async Task<int> StopAsync(string holder, CancellationToken cancellationToken)
    {
        RenewedLease lease = await blob.AcquireAsync(cancellationToken).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            int left = await queue.CountAsync(cancellationToken).ConfigureAwait(false);
            await queue.ClearAsync(cancellationToken).ConfigureAwait(false);
            if (await blob.ReadAsync(cancellationToken).ConfigureAwait(false) is { } state)
            {
                state = state with
                {
                    Holder = holder,
                    FinishedAt = time.GetUtcNow(),
                    Counts = state.Counts with { Queued = Math.Max(0, state.Counts.Queued - left) },
                };
                await blob.WriteAsync(state, lease.Id, cancellationToken).ConfigureAwait(false);
            }

            return left;
        }
    }

    private async Task<BackfillState> RunAsync(
        BackfillOrder order,
        BackfillState state,
        RenewedLease lease,
        IProgress<BackfillState>? progress,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        var pace = new SendingPace(order.Rate, time);
        var batch = new List<RecordState>();
        try
        {
            // Saved at once, so that others see who is at it.
            await blob.WriteAsync(state, lease.Id, stop.Token).ConfigureAwait(false);
            long saved = time.GetTimestamp();
            await foreach (RecordState found in comparison.CompareAsync(
                order.Scope,
                state.After,
                seen => state = state with { Counts = state.Counts with { Images = seen } },
                stop.Token).ConfigureAwait(false))
            {
                // Between two keys only: a key is done when it is for all models.
                if (batch.Count >= BatchSize && batch[^1].Key != found.Key)
                {
                    state = await HandleAsync(order, state, batch, pace, stop.Token).ConfigureAwait(false);
                    progress?.Report(state);
                    batch.Clear();
                    if (time.GetElapsedTime(saved) >= SaveInterval)
                    {
                        await blob.WriteAsync(state, lease.Id, stop.Token).ConfigureAwait(false);
                        saved = time.GetTimestamp();
                    }
                }

                batch.Add(found);
            }

            state = await HandleAsync(order, state, batch, pace, stop.Token).ConfigureAwait(false);
            state = state with { FinishedAt = time.GetUtcNow() };
            await blob.WriteAsync(state, lease.Id, stop.Token).ConfigureAwait(false);
            progress?.Report(state);
            return state;
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException(
                "Storage could not be reached for a minute, and another backfill may have begun meanwhile. Run it again: it goes on from " +
                "where it was.");
        }
        catch
        {
            await SaveLastAsync(lease, state).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Saves how far a run came that ends early. Where that fails, the next begins a little earlier.</summary>
    private async Task SaveLastAsync(RenewedLease lease, BackfillState state)
    {
        try
        {
            await blob.WriteAsync(state, lease.Id, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RequestFailedException || StorageOutage.Is(exception))
        {
            LogNotSaved(exception);
        }
    }

    private async Task<BackfillState> HandleAsync(
        BackfillOrder order, BackfillState state, List<RecordState> batch, SendingPace pace, CancellationToken cancellationToken)
    {
        var limits = new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(batch, limits, async (found, stop) =>
        {
            switch (ActionOn(found, order.Scope))
            {
                case RecordAction.Queue:
                    await SendAsync(found).ConfigureAwait(false);
                    break;
                case RecordAction.Remove when order.RemoveAsync is { } remove:
                    await remove(found.Version, found.Id!, stop).ConfigureAwait(false);
                    break;
                case RecordAction.Remove:
                    await SendAsync(found).ConfigureAwait(false);
                    break;
                case RecordAction.Report:
                    LogUnreachable(found.Id?.Container ?? "", found.Id?.Name ?? found.Key, found.Version.Key);
                    break;
            }

            async Task SendAsync(RecordState found)
            {
                await pace.WaitAsync(stop).ConfigureAwait(false);
                await queue.SendAsync(new BackfillMessage(found.Id!.Name, found.Version.Key), stop).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        return batch.Count == 0 ? state : state with
        {
            After = batch[^1].Key,
            Counts = batch.Aggregate(state.Counts, (counts, found) => Count(counts, found, order.Scope, order.RemoveAsync is null)),
        };
    }

    private BackfillCounts Count(BackfillCounts counts, RecordState found, BackfillScope scope, bool removesByMessage) =>
        ActionOn(found, scope) switch
        {
            RecordAction.Queue => counts with { Queued = counts.Queued + 1 },
            RecordAction.Remove => counts with { Gone = counts.Gone + 1, Queued = counts.Queued + (removesByMessage ? 1 : 0) },
            RecordAction.Report => counts with { Unreachable = counts.Unreachable + 1 },
            _ when found.Status == RecordStatus.Refused => counts with { Refused = counts.Refused + 1 },
            _ => counts with { Current = counts.Current + 1 },
        };

    private RecordAction ActionOn(RecordState found, BackfillScope scope) => found switch
    {
        { Status: RecordStatus.Current } => RecordAction.None,
        { Status: RecordStatus.Refused } when !scope.RetryRefused => RecordAction.None,

        // This app writes no such record; one that a hand wrote must not keep the others from being handled.
        { Id: null } => RecordAction.Report,
        { Id: { } id } when id.Container != images.Name || !images.TryGetBlob(id.Name, out _) => RecordAction.Report,
        { Status: RecordStatus.Gone } => RecordAction.Remove,
        _ => RecordAction.Queue,
    };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "'{Container}/{Name}' and its record by {Model} are left as they are: no image of this container can have that name")]
    private partial void LogUnreachable(string container, string name, string model);

    [LoggerMessage(Level = LogLevel.Warning, Message = "How far the backfill came could not be saved; the next begins a little earlier")]
    private partial void LogNotSaved(Exception exception);

    private enum RecordAction
    {
        None,
        Queue,
        Remove,
        Report,
    }
}
