using Pipeline.Models;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>What is known of a model's stored images.</summary>
/// <param name="Count">How many search finds; of many it may be an estimate.</param>
/// <param name="Skipped">How many rows search leaves out because they cannot be read.</param>
/// <param name="Age">How long ago storage was read; null before the first time.</param>
internal readonly record struct IndexState(int Count, int Skipped, TimeSpan? Age);

/// <summary>
/// Finds similar images with several models, each in its own space: in memory (<see cref="SimilaritySearch"/>) or in a database.
/// </summary>
public interface ISimilaritySearch
{
    /// <summary>What a model has stored of an image, or null where it has nothing.</summary>
    internal Task<EmbeddingRecord?> FindAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken);

    /// <summary>As <see cref="FindAsync"/>, without the embedding.</summary>
    internal Task<IndexedImage?> FindImageAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken);

    /// <summary>The nearest images by each model of the query, and fused.</summary>
    /// <param name="queries">The query's embeddings.</param>
    /// <param name="serving">
    /// All models that respond to queries, whether the query asks them or not. Those of them that vote (<see cref="FusionVotes"/>) are
    /// fused.
    /// </param>
    /// <param name="top">How many per list, 1 or more.</param>
    /// <param name="minCosine">Nearer than this only, -1 to 1; in the fused list images that are so by any voting model.</param>
    /// <param name="filter">Which images.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    internal Task<SimilarityResult> FindSimilarAsync(
        IReadOnlyList<ModelEmbedding> queries,
        IReadOnlyList<InstalledModel> serving,
        int top,
        float minCosine,
        SearchFilter filter,
        CancellationToken cancellationToken);

    /// <summary>The next page of one model's list. The fused list has no pages: its scores depend on what the models ranked together.</summary>
    /// <param name="query">The query's embedding: the one of the pages before.</param>
    /// <param name="top">How many at most, 1 or more; it may differ from page to page.</param>
    /// <param name="minCosine">As for the pages before.</param>
    /// <param name="filter">As for the pages before.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    internal Task<ModelRanking> ContinueAsync(
        ModelEmbedding query, int top, float minCosine, SearchFilter filter, SearchPosition after, CancellationToken cancellationToken);

    /// <summary>What is known of a model's stored images. It starts no load of an index.</summary>
    internal Task<IndexState> FindStateAsync(InstalledModel model, CancellationToken cancellationToken);
}
