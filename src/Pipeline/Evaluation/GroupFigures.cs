namespace Pipeline.Evaluation;

/// <summary>How well the images of a group find each other. The definitions are in docs/quality.md.</summary>
/// <param name="Queries">Images that have another of their group; each was a query, all others were searched.</param>
/// <param name="MeanAveragePrecision">The mean over the queries of the average precision, 0 to 1.</param>
/// <param name="AtK">By k: of the first k results.</param>
/// <param name="Silhouette">
/// The mean silhouette of the queries' embeddings, -1 to 1; null for a fused list, which has no distances, and for fewer than two groups.
/// </param>
internal sealed record GroupFigures(int Queries, double MeanAveragePrecision, IReadOnlyList<FiguresAtK> AtK, double? Silhouette)
{
    /// <summary>The numbers of first results that are looked at.</summary>
    public static IReadOnlyList<int> Ks { get; } = [1, 5, 10];

    /// <summary>The means over queries.</summary>
    /// <param name="queries">At least one.</param>
    /// <param name="silhouette">The mean silhouette, where there is one.</param>
    public static GroupFigures Of(IReadOnlyList<QueryFigures> queries, double? silhouette) => new(
        queries.Count,
        queries.Average(query => query.AveragePrecision),
        [
            .. Ks.Select((k, i) => new FiguresAtK(
                k,
                queries.Average(query => query.RelevantAtK[i] > 0 ? 1.0 : 0),
                queries.Average(query => (double)query.RelevantAtK[i] / k))),
        ],
        silhouette);
}

/// <summary>The figures of the first k results, means over the queries.</summary>
/// <param name="K">How many results.</param>
/// <param name="Recall">The part of the queries that have at least one image of their group among the first k, 0 to 1.</param>
/// <param name="Precision">The part of the first k that is of the query's group, 0 to 1; a group of n reaches (n - 1) / k at most.</param>
internal sealed record FiguresAtK(int K, double Recall, double Precision);

/// <summary>The figures of one query.</summary>
/// <param name="AveragePrecision">The mean over the relevant images of the precision at their ranks, 0 to 1.</param>
/// <param name="RelevantAtK">The relevant images among the first 1, 5 and 10.</param>
/// <param name="FirstRelevant">The rank of the first relevant image, from 1.</param>
internal sealed record QueryFigures(double AveragePrecision, IReadOnlyList<int> RelevantAtK, int FirstRelevant)
{
    /// <summary>The figures of a ranking.</summary>
    /// <param name="order">The images, the nearest first; without the query.</param>
    /// <param name="isRelevant">Whether an image is of the query's group; true for at least one.</param>
    public static QueryFigures Of(ReadOnlySpan<int> order, Func<int, bool> isRelevant)
    {
        int found = 0;
        int first = 0;
        double precisions = 0;
        int[] atK = new int[GroupFigures.Ks.Count];
        for (int rank = 1; rank <= order.Length; rank++)
        {
            if (!isRelevant(order[rank - 1]))
            {
                continue;
            }

            found++;
            first = first == 0 ? rank : first;
            precisions += (double)found / rank;
            for (int i = 0; i < atK.Length; i++)
            {
                atK[i] += rank <= GroupFigures.Ks[i] ? 1 : 0;
            }
        }

        return new QueryFigures(precisions / found, atK, first);
    }
}
