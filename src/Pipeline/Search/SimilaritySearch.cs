using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>The answer to a query.</summary>
/// <param name="ByModel">Per model its nearest images, nearest first.</param>
/// <param name="Fused">One list of both, by <see cref="ReciprocalRankFusion"/>.</param>
/// <param name="Images">Per model how many images this answer was found among.</param>
internal sealed record SimilarityAnswer(
    IReadOnlyDictionary<string, IReadOnlyList<Match>> ByModel, IReadOnlyList<FusedMatch> Fused, IReadOnlyDictionary<string, int> Images);

/// <summary>Finds similar images with every installed model, each in its own space.</summary>
public sealed class SimilaritySearch
{
    // Deeper than what is answered: an image that one model ranks low must still bring its share into the fused list.
    private const int MinFusionDepth = 100;

    private readonly Dictionary<string, SimilarityIndex> _indexes;

    /// <summary>Makes an empty index per model; each is filled by the first query that needs it.</summary>
    public SimilaritySearch(
        ModelSessions sessions, EmbeddingTable embeddings, ChangeLog changes, TimeProvider time, ILogger<SimilarityIndex> logger)
        : this((sessions ?? throw new ArgumentNullException(nameof(sessions))).Models
            .Select(model => new SimilarityIndex(model, embeddings, changes, time, logger)))
    {
    }

    internal SimilaritySearch(IEnumerable<SimilarityIndex> indexes) =>
        _indexes = indexes.ToDictionary(index => index.Model.Key, StringComparer.Ordinal);

    /// <summary>The indexes, in the catalogue's order.</summary>
    internal IReadOnlyCollection<SimilarityIndex> Indexes => _indexes.Values;

    /// <summary>A model's view of a stored image, or null where it has none.</summary>
    internal async Task<EmbeddingRecord?> FindAsync(string modelKey, ImageId id, CancellationToken cancellationToken) =>
        (await _indexes[modelKey].GetSnapshotAsync(cancellationToken).ConfigureAwait(false)).Find(id);

    /// <summary>The nearest images by each model of the query, and fused.</summary>
    /// <param name="queries">Per model the query's embedding, L2 norm 1.</param>
    /// <param name="top">How many per list, 1 or more.</param>
    /// <param name="excludedKey">An image to leave out (<see cref="ImageId.Key"/>), or null.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    internal async Task<SimilarityAnswer> FindSimilarAsync(
        IReadOnlyDictionary<string, Embedding> queries, int top, string? excludedKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queries);

        // Together: an index that nobody asked for a while has to be refreshed first, and one wait is enough.
        SimilarityIndex.Snapshot[] snapshots = await Task.WhenAll(
            queries.Keys.Select(key => _indexes[key].GetSnapshotAsync(cancellationToken).AsTask())).ConfigureAwait(false);
        var rankings = new Dictionary<string, IReadOnlyList<Match>>(StringComparer.Ordinal);
        var images = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (((string key, Embedding query), SimilarityIndex.Snapshot snapshot) in queries.Zip(snapshots))
        {
            using Step.Run run = Telemetry.Scan.Start("model", key);
            rankings[key] = snapshot.Nearest(query.Values, Math.Max(MinFusionDepth, 2 * top), excludedKey);
            images[key] = snapshot.Count;
        }

        return new SimilarityAnswer(
            rankings.ToDictionary(
                ranking => ranking.Key, IReadOnlyList<Match> (ranking) => [.. ranking.Value.Take(top)], StringComparer.Ordinal),
            ReciprocalRankFusion.Fuse(rankings, top),
            images);
    }
}
