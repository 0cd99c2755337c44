using Microsoft.Extensions.Logging;
using Pipeline.Indexing.Backfill;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Storage.Thumbnails;

namespace Pipeline.Indexing;

/// <summary>
/// Makes up for events that were lost: removes the records of images that are gone, queues images without a record of their stored
/// version, adopts tags that were set at blobs, deletes rows of models that run no more, and trims the log of changes.
/// </summary>
public sealed partial class Reconciler
{
    private readonly ServedModels _models;
    private readonly BackfillRun _backfill;
    private readonly OldVersions _oldVersions;
    private readonly IChangeLog _changes;
    private readonly ChangeLog _tagChanges;
    private readonly BlobTags _tags;
    private readonly ImageIndexer _indexer;
    private readonly ThumbnailBlobs _thumbnails;
    private readonly ILogger<Reconciler> _logger;

    internal Reconciler(
        ServedModels models,
        BackfillRun backfill,
        OldVersions oldVersions,
        IChangeLog changes,
        ChangeLog tagChanges,
        BlobTags tags,
        ImageIndexer indexer,
        ThumbnailBlobs thumbnails,
        ILogger<Reconciler> logger)
    {
        (_models, _backfill, _oldVersions) = (models, backfill, oldVersions);
        (_changes, _tagChanges, _tags, _indexer, _thumbnails, _logger) = (changes, tagChanges, tags, indexer, thumbnails, logger);
    }

    /// <summary>Goes through the container and each model's records, without their vectors, once each for every 50,000 images.</summary>
    /// <param name="cancellationToken">Ends the work early; what was done stays done, and the next run goes on from there.</param>
    /// <returns>The number of records removed of images that are gone.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<InstalledModel> indexed = (await _models.GetAsync(cancellationToken).ConfigureAwait(false)).Indexed;
        ModelVersion[] current = [.. indexed.Select(ModelVersion.Of)];
        int removed = 0;
        var order = new BackfillOrder(
            BackfillScope.Whole(current),
            $"Reconcile on {Environment.MachineName}",
            RemoveAsync: async (version, id, stop) =>
            {
                // This looks at the blob as it is now, so an image that came back meanwhile keeps its record.
                if (await _indexer.RemoveIfGoneAsync(indexed[Array.IndexOf(current, version)], id.Name, stop).ConfigureAwait(false))
                {
                    Interlocked.Increment(ref removed);
                    await _thumbnails.DeleteAsync(id, stop).ConfigureAwait(false);
                }
            });
        try
        {
            BackfillReport report = await _backfill.RunAsync(order, null, cancellationToken).ConfigureAwait(false);
            LogCompared(report.Start, report.State.Counts, removed);
        }
        catch (BackfillHeldException held)
        {
            LogHeld(held.Message);
        }

        await _oldVersions.RemoveAsync(current, cancellationToken).ConfigureAwait(false);
        await _tags.AdoptAllAsync(cancellationToken).ConfigureAwait(false);
        int trimmed = await _tagChanges.TrimAsync(ChangeLog.OfTags, cancellationToken).ConfigureAwait(false);
        foreach (InstalledModel model in indexed)
        {
            trimmed += await _changes.TrimAsync(model, cancellationToken).ConfigureAwait(false);
        }

        LogTrimmed(trimmed);
        return removed;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Reconciled ({Start}): {Counts}; {Removed} records removed")]
    private partial void LogCompared(BackfillStart start, BackfillCounts counts, int removed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not reconciled tonight. {Reason}")]
    private partial void LogHeld(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Trimmed} old entries of the log of changes deleted")]
    private partial void LogTrimmed(int trimmed);
}
