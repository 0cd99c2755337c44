using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>How far a backfill is. Each number counts an image once for each model.</summary>
/// <param name="State">What was compared and queued.</param>
/// <param name="Left">About how many messages are in the queue, those included that are worked on now.</param>
/// <param name="Refused">Images that were refused since it began; the reasons are recorded.</param>
/// <param name="GaveUp">Messages that failed five times since it began.</param>
internal sealed record BackfillStatus(BackfillState State, int Left, int Refused, int GaveUp)
{
    /// <summary>Messages that are no longer in the queue.</summary>
    public int Processed => Math.Max(0, State.Counts.Queued - Left);

    /// <summary>Images that have no record of their stored version, and will not get one by waiting.</summary>
    public int Failed => Refused + GaveUp;

    /// <summary>Messages after which the model's record matched the image.</summary>
    public int Done => Math.Max(0, Processed - Failed);

    /// <summary>Whether there is anything left to do.</summary>
    public bool IsUnderway => State.FinishedAt is null || Left > 0;
}

/// <summary>Reads how far a backfill is: the state that its command saves, the queue's length, and what failed since it began.</summary>
internal sealed class BackfillStatusReader(BackfillStateBlob blob, BackfillQueue queue, FailureTable failures)
{
    /// <summary>How far the last backfill is; null where there never was one.</summary>
    public async Task<BackfillStatus?> ReadAsync(CancellationToken cancellationToken) =>
        await blob.ReadAsync(cancellationToken).ConfigureAwait(false) is { } state
            ? await ReadAsync(state, cancellationToken).ConfigureAwait(false)
            : null;

    private async Task<BackfillStatus> ReadAsync(BackfillState state, CancellationToken cancellationToken)
    {
        // One that is over and has nothing left costs no more than this.
        int left = await queue.CountAsync(cancellationToken).ConfigureAwait(false);
        int refused = 0;
        foreach (ModelVersion version in state.Scope.Models)
        {
            refused += await failures.CountSinceAsync(version, state.StartedAt, cancellationToken).ConfigureAwait(false);
        }

        int gaveUp = await queue.CountPoisonAsync(cancellationToken).ConfigureAwait(false);
        return new BackfillStatus(state, left, refused, gaveUp);
    }
}
