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

/// <summary>Finds similar images with several models, each in its own space.</summary>
public sealed class SimilaritySearch
{
    // Deeper than what is returned: an image that one model ranks low may be the best of all models together.
    private const int MinFusionDepth = 100;

    private readonly ConcurrentDictionary<InstalledModel, SimilarityIndex> _indexes = new();
    private readonly Func<InstalledModel, SimilarityIndex> _create;

    /// <param name="create">Makes a model's index, which is filled by the first query that needs it.</param>
    internal SimilaritySearch(Func<InstalledModel, SimilarityIndex> create) => _create = create;

    /// <summary>A model's index.</summary>
    internal SimilarityIndex IndexOf(InstalledModel model) => _indexes.GetOrAdd(model, _create);

    /// <summary>What a model has stored of an image, or null where it has nothing.</summary>
    internal async Task<EmbeddingRecord?> FindAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken) =>
        await ReadAsync([model], snapshots => snapshots[0].Find(id), cancellationToken).ConfigureAwait(false);

    /// <summary>As <see cref="FindAsync"/>, without reading the embedding.</summary>
    internal async Task<IndexedImage?> FindImageAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken) =>
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

    /// <summary>The nearest images by each model of the query, and fused.</summary>
    /// <param name="queries">The query's embeddings.</param>
    /// <param name="serving">
    /// All models that respond to queries, whether the query asks them or not. Those of them that vote (<see cref="FusionVotes"/>) are fused,
    /// and the indexes of others are dropped from memory.
    /// </param>
    /// <param name="top">How many per list, 1 or more.</param>
    /// <param name="minCosine">Nearer than this only, -1 to 1; in the fused list images that are so by any voting model.</param>
    /// <param name="filter">Which images.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    internal async Task<SimilarityResult> FindSimilarAsync(
        IReadOnlyList<ModelEmbedding> queries,
        IReadOnlyList<InstalledModel> serving,
        int top,
        float minCosine,
        SearchFilter filter,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queries);
        IReadOnlyList<InstalledModel> voting = FusionVotes.Of(serving);
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
        int depth = Math.Max(MinFusionDepth, 2 * top);
        ScanResult[] scans = [.. queries.Zip(snapshots, (query, snapshot) =>
        {
            using Step.Run run = Telemetry.Scan.Start("model", query.Model.Key);
            return Reaching(minCosine, SegmentSearch.Search(snapshot, query.Embedding.Values, top + 1, filter, depth));
        })];

        // What one model found is compared by the others, too.
        string[] found = [.. scans.SelectMany(scan => scan.Nearest).Select(match => match.Image.Id.Key).Distinct(StringComparer.Ordinal)];
        for (int i = 0; i < scans.Length && voting.Count > 1; i++)
        {
            snapshots[i].Fetch(found);
        }

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

    /// <summary>The next page of one model's list. The fused list has no pages: its scores depend on what the models ranked together.</summary>
    /// <param name="query">The query's embedding: the one of the pages before.</param>
    /// <param name="top">How many at most, 1 or more; it may differ from page to page.</param>
    /// <param name="minCosine">As for the pages before.</param>
    /// <param name="filter">As for the pages before.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    internal async Task<ModelRanking> ContinueAsync(
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
