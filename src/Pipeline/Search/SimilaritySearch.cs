using System.Collections.Concurrent;
using Pipeline.Diagnostics;
using Pipeline.Models;
using Pipeline.Search.Segments;
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

    /// <param name="create">Makes a model's index, which is filled by the first query that needs it.</param>
    public SimilaritySearch(Func<InstalledModel, SimilarityIndex> create) => _create = create;

    /// <summary>A model's index.</summary>
    internal SimilarityIndex IndexOf(InstalledModel model) => _indexes.GetOrAdd(model, _create);

    /// <inheritdoc/>
    public Task<EmbeddingRecord?> FindAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken) =>
        ReadAsync([model], snapshots => snapshots[0].Find(id), cancellationToken);

    /// <inheritdoc/>
    public async Task<IndexedImage?> FindImageAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken) =>
        (await IndexOf(model).GetSnapshotAsync(cancellationToken).ConfigureAwait(false)).FindImage(id);

    /// <summary>A model's images, with all vectors that the disk has room for, for what reads most of them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<IndexSnapshot> GetWholeAsync(InstalledModel model, CancellationToken cancellationToken)
    {
        while (true)
        {
            IndexSnapshot snapshot = await IndexOf(model).GetSnapshotAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await snapshot.FetchAllAsync(cancellationToken).ConfigureAwait(false);
                return snapshot;
            }
            catch (SavedIndexException)
            {
                IndexOf(model).Refuse(snapshot);
            }
        }
    }

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
            if (_indexes.TryRemove(replaced, out SimilarityIndex? dropped))
            {
                dropped.Drop();
            }
        }

        return await ReadAsync(
            [.. queries.Select(query => query.Model)],
            snapshots => Search(queries, snapshots, voting, top, minCosine, filter),
            cancellationToken).ConfigureAwait(false);
    }

    private static SimilarityResult Search(
        IReadOnlyList<ModelEmbedding> queries,
        IndexSnapshot[] snapshots,
        IReadOnlyList<InstalledModel> voting,
        int top,
        float minCosine,
        SearchFilter filter)
    {
        int depth = StandardisedFusion.DepthOf(top);
        ScanResult[] scans = [.. queries.Zip(snapshots, (query, snapshot) =>
        {
            using Step.Run run = Telemetry.Scan.Start("model", query.Model.Key);
            return Reaching(minCosine, SegmentSearch.Search(snapshot, query.Embedding.Values, top + 1, filter, depth));
        })];

        int[] voters = [.. Enumerable.Range(0, queries.Count).Where(i => voting.Contains(queries[i].Model))];
        if (voters.Length > 1)
        {
            // What one of them found is compared by the others, too.
            string[] found =
            [
                .. voters.SelectMany(i => scans[i].Nearest).Select(match => match.Image.Id.Key).Distinct(StringComparer.Ordinal),
            ];
            foreach (int voter in voters)
            {
                snapshots[voter].Fetch(found);
            }
        }

        return new SimilarityResult(
            [.. queries.Select((query, i) => ModelRanking.Of(query.Model, scans[i], top))],
            StandardisedFusion.Fuse(
                [
                    .. voters.Select(i => new ModelVote(
                        queries[i].Model,
                        scans[i].Nearest,
                        scans[i].Spread,
                        key => snapshots[i].CosineOf(key, queries[i].Embedding.Values.Span))),
                ],
                top));
    }

    /// <inheritdoc/>
    public async Task<ModelRanking> ContinueAsync(
        ModelEmbedding query, int top, float minCosine, SearchFilter filter, SearchPosition after, CancellationToken cancellationToken)
    {
        ScanResult scan = await ReadAsync(
            [query.Model],
            snapshots =>
            {
                using Step.Run run = Telemetry.Scan.Start("model", query.Model.Key);
                return Reaching(minCosine, SegmentSearch.Search(snapshots[0], query.Embedding.Values, top + 1, filter, after: after));
            },
            cancellationToken).ConfigureAwait(false);
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

    /// <summary>
    /// Reads the indexes of several models. If it turns out meanwhile that what was saved of one is gone or damaged, that one begins anew.
    /// </summary>
    private async Task<T> ReadAsync<T>(
        IReadOnlyList<InstalledModel> models, Func<IndexSnapshot[], T> read, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Together: an index that nobody used for a while has to be refreshed first, and one wait is enough.
            IndexSnapshot[] snapshots = await Task.WhenAll(
                models.Select(model => IndexOf(model).GetSnapshotAsync(cancellationToken).AsTask())).ConfigureAwait(false);
            try
            {
                return read(snapshots);
            }
            catch (Exception exception) when (IsRefused(exception) && snapshots.Any(snapshot => snapshot.SavedId is not null))
            {
                for (int i = 0; i < snapshots.Length; i++)
                {
                    IndexOf(models[i]).Refuse(snapshots[i]);
                }
            }
        }
    }

    private static bool IsRefused(Exception exception) => exception is SavedIndexException
        || (exception is AggregateException { InnerExceptions: { Count: > 0 } inner } && inner.All(IsRefused));
}
