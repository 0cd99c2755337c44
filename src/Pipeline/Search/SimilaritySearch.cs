using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>What one model found.</summary>
/// <param name="Model">The model.</param>
/// <param name="Matches">The nearest images, nearest first.</param>
/// <param name="Images">How many images they were found among.</param>
internal sealed record ModelRanking(InstalledModel Model, IReadOnlyList<Match> Matches, int Images);

/// <summary>The response to a query.</summary>
/// <param name="ByModel">What each model found, in the order of the query.</param>
/// <param name="Fused">
/// One list of those that vote (<see cref="FusionVotes"/>), by <see cref="StandardisedFusion"/>; empty where none of the query's does.
/// </param>
internal sealed record SimilarityResult(IReadOnlyList<ModelRanking> ByModel, IReadOnlyList<FusedMatch> Fused);

/// <summary>Finds similar images with every installed model, each in its own space.</summary>
public sealed class SimilaritySearch
{
    // Deeper than what is returned: an image that one model ranks low may be the best of all models together.
    private const int MinFusionDepth = 100;

    /// <summary>Makes an empty index per model; each is filled by the first query that needs it.</summary>
    public SimilaritySearch(
        ModelSessions sessions, EmbeddingTable embeddings, ChangeLog changes, TimeProvider time, ILogger<SimilarityIndex> logger)
        : this((sessions ?? throw new ArgumentNullException(nameof(sessions))).Models
            .Select(model => new SimilarityIndex(model, embeddings, changes, time, logger)))
    {
    }

    internal SimilaritySearch(IEnumerable<SimilarityIndex> indexes)
    {
        Indexes = [.. indexes];
        Voting = FusionVotes.Of([.. Indexes.Select(index => index.Model)]);
    }

    /// <summary>The indexes, in the catalogue's order.</summary>
    internal IReadOnlyList<SimilarityIndex> Indexes { get; }

    /// <summary>The models whose rankings are fused.</summary>
    internal IReadOnlyList<InstalledModel> Voting { get; }

    /// <summary>What a model has stored of an image, or null where it has nothing.</summary>
    internal async Task<EmbeddingRecord?> FindAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken) =>
        (await IndexOf(model).GetSnapshotAsync(cancellationToken).ConfigureAwait(false)).Find(id);

    /// <summary>The nearest images by each model of the query, and fused.</summary>
    /// <param name="queries">The query's embeddings, of models that are installed.</param>
    /// <param name="top">How many per list, 1 or more.</param>
    /// <param name="excludedKey">An image to leave out (<see cref="ImageId.Key"/>), or null.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    internal async Task<SimilarityResult> FindSimilarAsync(
        IReadOnlyList<ModelEmbedding> queries, int top, string? excludedKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queries);

        // Together: an index that nobody used for a while has to be refreshed first, and one wait is enough.
        IndexSnapshot[] snapshots = await Task.WhenAll(
            queries.Select(query => IndexOf(query.Model).GetSnapshotAsync(cancellationToken).AsTask())).ConfigureAwait(false);
        int depth = Math.Max(MinFusionDepth, 2 * top);
        ScanResult[] scans = [.. queries.Zip(snapshots, (query, snapshot) =>
        {
            using Step.Run run = Telemetry.Scan.Start("model", query.Model.Key);
            return CosineScan.Search(snapshot.Records, query.Embedding.Values, depth, excludedKey);
        })];
        return new SimilarityResult(
            [
                .. queries.Select((query, i) => new ModelRanking(query.Model, [.. scans[i].Nearest.Take(top)], snapshots[i].Count)),
            ],
            StandardisedFusion.Fuse(
                [
                    .. queries
                        .Select((query, i) => new ModelVote(
                            query.Model,
                            scans[i].Nearest,
                            scans[i].Spread,
                            key => snapshots[i].ByKey.TryGetValue(key, out EmbeddingRecord? record)
                                ? Embedding.Cosine(query.Embedding.Values.Span, record.Embedding.Values.Span)
                                : null))
                        .Where(vote => Voting.Contains(vote.Model)),
                ],
                top));
    }

    private SimilarityIndex IndexOf(InstalledModel model) => Indexes.First(index => index.Model == model);
}
