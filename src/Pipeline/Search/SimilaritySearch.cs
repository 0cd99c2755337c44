using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Diagnostics;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>What one model found.</summary>
/// <param name="Model">The model.</param>
/// <param name="Matches">The nearest images, nearest first.</param>
/// <param name="Images">How many images they were found among: those that the filter lets through.</param>
/// <param name="Next">Where the next page of the list goes on; null where this was the last.</param>
internal sealed record ModelRanking(InstalledModel Model, IReadOnlyList<Match> Matches, int Images, SearchPosition? Next)
{
    /// <summary>A page of what a scan found.</summary>
    /// <param name="model">The model.</param>
    /// <param name="scan">One result more than the page takes, where there are so many: it says that the list goes on.</param>
    /// <param name="top">How many the page takes.</param>
    public static ModelRanking Of(InstalledModel model, ScanResult scan, int top) => new(
        model, [.. scan.Nearest.Take(top)], scan.Images, scan.Nearest.Length > top ? SearchPosition.Of(scan.Nearest[top - 1]) : null);
}

/// <summary>The response to a query.</summary>
/// <param name="ByModel">What each model found, in the order of the query.</param>
/// <param name="Fused">
/// One list of those that vote (<see cref="FusionVotes"/>), by <see cref="StandardisedFusion"/>; empty where none of the query's does.
/// </param>
internal sealed record SimilarityResult(IReadOnlyList<ModelRanking> ByModel, IReadOnlyList<FusedMatch> Fused);

/// <summary>Finds similar images in memory.</summary>
internal sealed class SimilaritySearch : ISimilaritySearch
{
    private readonly ConcurrentDictionary<InstalledModel, SimilarityIndex> _indexes = new();
    private readonly Func<InstalledModel, SimilarityIndex> _create;

    /// <summary>Each model has an index, which is filled by the first query that needs it.</summary>
    public SimilaritySearch(
        EmbeddingTable embeddings,
        ChangeLog changes,
        IOptions<SearchOptions> options,
        TimeProvider time,
        ILogger<SimilarityIndex> logger)
        : this(model => new SimilarityIndex(model, embeddings, changes, options.Value, time, logger))
    {
    }

    public SimilaritySearch(Func<InstalledModel, SimilarityIndex> create) => _create = create;

    /// <summary>A model's index.</summary>
    internal SimilarityIndex IndexOf(InstalledModel model) => _indexes.GetOrAdd(model, _create);

    /// <inheritdoc/>
    public async Task<EmbeddingRecord?> FindAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken) =>
        (await IndexOf(model).GetSnapshotAsync(cancellationToken).ConfigureAwait(false)).Find(id);

    /// <inheritdoc/>
    public async Task<SimilarityResult> FindSimilarAsync(
        IReadOnlyList<ModelEmbedding> queries,
        IReadOnlyList<InstalledModel> serving,
        int top,
        float minCosine,
        SearchFilter filter,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queries);
        IReadOnlyList<InstalledModel> voting = FusionVotes.Of(serving);

        // Of versions that respond no more.
        foreach (InstalledModel replaced in _indexes.Keys.Except(serving))
        {
            _indexes.TryRemove(replaced, out _);
        }

        // Together: an index that nobody used for a while has to be refreshed first, and one wait is enough.
        IndexSnapshot[] snapshots = await Task.WhenAll(
            queries.Select(query => IndexOf(query.Model).GetSnapshotAsync(cancellationToken).AsTask())).ConfigureAwait(false);
        int depth = StandardisedFusion.DepthOf(top);
        ScanResult[] scans = [.. queries.Zip(snapshots, (query, snapshot) =>
        {
            using Step.Run run = Telemetry.Scan.Start("model", query.Model.Key);
            return Reaching(minCosine, SegmentSearch.Search(snapshot, query.Embedding.Values, top + 1, filter, depth));
        })];
        return new SimilarityResult(
            [.. queries.Select((query, i) => ModelRanking.Of(query.Model, scans[i], top))],
            StandardisedFusion.Fuse(
                [
                    .. queries
                        .Select((query, i) => new ModelVote(
                            query.Model,
                            scans[i].Nearest,
                            scans[i].Spread,
                            key => snapshots[i].CosineOf(key, query.Embedding.Values.Span)))
                        .Where(vote => voting.Contains(vote.Model)),
                ],
                top));
    }

    /// <inheritdoc/>
    public async Task<ModelRanking> ContinueAsync(
        ModelEmbedding query, int top, float minCosine, SearchFilter filter, SearchPosition after, CancellationToken cancellationToken)
    {
        IndexSnapshot snapshot = await IndexOf(query.Model).GetSnapshotAsync(cancellationToken).ConfigureAwait(false);
        using Step.Run run = Telemetry.Scan.Start("model", query.Model.Key);
        ScanResult scan = Reaching(minCosine, SegmentSearch.Search(snapshot, query.Embedding.Values, top + 1, filter, after: after));
        return ModelRanking.Of(query.Model, scan, top);
    }

    /// <inheritdoc/>
    public Task<IndexState> FindStateAsync(InstalledModel model, CancellationToken cancellationToken)
    {
        SimilarityIndex index = IndexOf(model);
        return Task.FromResult(new IndexState(index.Count, index.Skipped, index.Age));
    }

    private static ScanResult Reaching(float minCosine, ScanResult scan) =>
        scan with { Nearest = [.. scan.Nearest.TakeWhile(match => match.Cosine >= minCosine)] };
}
