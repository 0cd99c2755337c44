using Microsoft.Extensions.Logging;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Indexing;

/// <summary>Removes the records of images that are no longer in the container, and trims the log of changes.</summary>
public sealed partial class Reconciler(
    ImagesContainer images,
    ModelSessions sessions,
    EmbeddingTable embeddings,
    ChangeLog changes,
    ImageIndexer indexer,
    ILogger<Reconciler> logger)
{
    /// <summary>Goes through the container once and through each model's records once, without their vectors.</summary>
    /// <param name="cancellationToken">Ends the work early; what was done stays done.</param>
    /// <returns>The number of records removed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // Records first: one that is written while we look belongs to a blob that the later listing contains.
        var recorded = new List<(InstalledModel Model, ImageId Id)>();
        foreach (InstalledModel model in sessions.Models)
        {
            for (int bucket = 0; bucket < EmbeddingTable.Buckets; bucket++)
            {
                await foreach (ImageId id in embeddings.ListBucketAsync(model, bucket, cancellationToken).ConfigureAwait(false))
                {
                    recorded.Add((model, id));
                }
            }
        }

        HashSet<string> present = await images.ListNamesAsync(cancellationToken)
            .ToHashSetAsync(StringComparer.Ordinal, cancellationToken).ConfigureAwait(false);

        int removed = 0;
        foreach ((InstalledModel model, ImageId id) in recorded.Where(record => !present.Contains(record.Id.Name)))
        {
            // This app writes no such record; one that a hand wrote must not keep the others from being removed.
            if (id.Container != images.Name || !images.TryGetBlob(id.Name, out _))
            {
                LogUnreachable(id.Container, id.Name, model.Key);
                continue;
            }

            // This looks at the blob as it is now, so an image that came back meanwhile keeps its record.
            removed += await indexer.RemoveIfGoneAsync(model.Key, id.Name, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        int trimmed = 0;
        foreach (InstalledModel model in sessions.Models)
        {
            trimmed += await changes.TrimAsync(model, cancellationToken).ConfigureAwait(false);
        }

        LogDone(recorded.Count, present.Count, removed, trimmed);
        return removed;
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Reconciled {Records} records with {Images} images: {Removed} removed, {Trimmed} old log entries deleted")]
    private partial void LogDone(int records, int images, int removed, int trimmed);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The record of '{Container}/{Name}' by {Model} is left as it is: no image of this container can have that name")]
    private partial void LogUnreachable(string container, string name, string model);
}
