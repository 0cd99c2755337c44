using System.Globalization;
using Pipeline.Models;

namespace Pipeline.Evaluation;

/// <summary>
/// Compares every image with all others, and every copy with all images: exact cosines by each model, joined by each fusion.
/// </summary>
/// <param name="embedded">What is compared.</param>
/// <param name="models">The number of models.</param>
/// <param name="voting">The positions of the models that are fused.</param>
internal sealed class Comparisons(EmbeddedImages embedded, int models, IReadOnlyList<int> voting)
{
    // A searched vector is read once for so many queries: reading 10,000 vectors of 16 kB from memory for each query takes most of the time.
    private const int QueriesAtATime = 16;

    private readonly int _images = embedded.Images.Count;
    private readonly Dictionary<string, int> _groupSizes = embedded.Images
        .Where(image => image.Source.Group is not null)
        .GroupBy(image => image.Source.Group!, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);

    /// <summary>Whether an image has another of its group, and so is a query.</summary>
    public bool IsGroupQuery(int image) => embedded.Images[image].Source.Group is { } group && _groupSizes[group] > 1;

    /// <summary>Runs all queries.</summary>
    /// <param name="share">Called with the part that is done, 0 to 1, from any thread.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>By list, the models first and then the fusions, what each query found: the images in their order, then the copies.</returns>
    public QueryOutcome[][] Run(Action<double, string> share, CancellationToken cancellationToken)
    {
        int queries = _images + embedded.Copies.Count;
        QueryOutcome[][] outcomes = [.. Enumerable.Range(0, models + FusionMethod.All.Count).Select(_ => new QueryOutcome[queries])];
        int done = 0;
        int blocks = (queries + QueriesAtATime - 1) / QueriesAtATime;
        Parallel.For(0, blocks, new ParallelOptions { CancellationToken = cancellationToken }, block =>
        {
            int start = block * QueriesAtATime;
            int count = Math.Min(QueriesAtATime, queries - start);
            double[][][] cosines = [.. Enumerable.Range(0, models).Select(model => CosinesOf(model, start, count))];
            for (int i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                double[][] byModel = [.. cosines.Select(rows => rows[i])];
                for (int list = 0; list < outcomes.Length; list++)
                {
                    outcomes[list][start + i] = OutcomeOf(list, start + i, byModel);
                }
            }

            int compared = Interlocked.Add(ref done, count);
            share((double)compared / queries, string.Create(CultureInfo.InvariantCulture, $"comparing, {compared:N0} of {queries:N0}"));
        });
        return outcomes;
    }

    private QueryOutcome OutcomeOf(int list, int query, double[][] byModel)
    {
        bool isCopy = query >= _images;
        int excluded = isCopy ? -1 : query;
        bool isModel = list < models;
        double[] scores = isModel
            ? byModel[list]
            : FusionMethod.All[list - models].Score([.. voting.Select(model => byModel[model])], excluded);
        int[] order = Ranking.Order(scores, excluded);
        return QueryOutcome.Of(order, IsRight, isModel ? scores : null, isGroup: !isCopy && IsGroupQuery(query));

        bool IsRight(int image) => isCopy
            ? embedded.Copies[query - _images].Original == image
            : embedded.Images[query].Source.Group is { } group && embedded.Images[image].Source.Group == group;
    }

    private double[][] CosinesOf(int model, int start, int count)
    {
        ReadOnlyMemory<float>[] vectors = [.. Enumerable.Range(start, count).Select(query => VectorOf(query, model))];
        double[][] rows = [.. vectors.Select(_ => new double[_images])];
        for (int image = 0; image < _images; image++)
        {
            ReadOnlySpan<float> searched = embedded.Images[image].Vectors[model].Span;
            for (int i = 0; i < vectors.Length; i++)
            {
                rows[i][image] = Embedding.Cosine(vectors[i].Span, searched);
            }
        }

        return rows;
    }

    private ReadOnlyMemory<float> VectorOf(int query, int model) =>
        query < _images ? embedded.Images[query].Vectors[model] : embedded.Copies[query - _images].Vectors[model];
}
