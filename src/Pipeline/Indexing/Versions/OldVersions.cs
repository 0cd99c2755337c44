using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Indexing.Versions;

/// <summary>
/// Deletes the rows, and the saved indexes, of models that run no more. For a while they are kept: whoever goes back to an earlier version finds its rows.
/// </summary>
internal sealed partial class OldVersions(
    RunningModels running, ModelRows rows, IndexBlobs indexes, TimeProvider time, ILogger<OldVersions> logger)
{
    /// <summary>How long rows are kept of a version that ran last.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    /// <summary>
    /// How many rows are deleted in a night at most: 200 transactions of 100 rows, which take seconds, and about a cent.
    /// </summary>
    public int MostRows { get; init; } = 20_000;

    /// <summary>Notes which versions run, and deletes rows of those that have not run for longer than <see cref="Grace"/>.</summary>
    /// <param name="current">The versions that run here.</param>
    /// <param name="cancellationToken">Ends it early; what was deleted stays deleted.</param>
    /// <returns>How many rows were deleted.</returns>
    public async Task<int> RemoveAsync(IReadOnlyList<ModelVersion> current, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<ModelVersion> stored = await rows.ListVersionsAsync(cancellationToken).ConfigureAwait(false);
        RunningNote note = await running.UpdateAsync(note => note.Seen(stored, now).Ran(current, now), cancellationToken)
            .ConfigureAwait(false);
        int removed = 0;
        foreach (ModelVersion version in stored.Where(version => now - note.LastRan[$"{version}"] >= Grace))
        {
            int cleared = await rows.ClearAsync(version, MostRows - removed, cancellationToken).ConfigureAwait(false);
            removed += cleared;
            await indexes.DeleteAllAsync(version, cancellationToken).ConfigureAwait(false);
            LogRemoved(version, cleared);
        }

        return removed;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Rows} rows of {Version}, which runs no more, were deleted")]
    private partial void LogRemoved(ModelVersion version, int rows);
}
