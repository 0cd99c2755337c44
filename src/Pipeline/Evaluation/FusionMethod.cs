using Pipeline.Search;

namespace Pipeline.Evaluation;

/// <summary>A way to join the scores of several models into one order of the images.</summary>
/// <param name="Key">Its name in files.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Score">
/// From the cosines of each model, double[images] each, and the position of an image to leave out (or -1), to a score for each image.
/// </param>
internal sealed record FusionMethod(string Key, string Title, Func<IReadOnlyList<double[]>, int, double[]> Score)
{
    // The paper's value, which keeps one model's first rank from outweighing the others' agreement.
    private const int RankConstant = 60;

    /// <summary>The methods, the one of search first.</summary>
    public static IReadOnlyList<FusionMethod> All { get; } =
    [
        new("fused", "Fused", StandardisedCosines),
        new("fused-reciprocal-ranks", "Fused by ranks", ReciprocalRanks),
    ];

    /// <summary>The mean of the standardised cosines, as <see cref="StandardisedFusion"/> has it, over all images that are compared.</summary>
    private static double[] StandardisedCosines(IReadOnlyList<double[]> cosines, int excluded)
    {
        double[] scores = new double[cosines[0].Length];
        foreach (double[] model in cosines)
        {
            CosineSpread spread = model.Where((_, position) => position != excluded)
                .Aggregate(default(CosineSums), (sums, cosine) => sums.With(cosine)).Spread;
            for (int i = 0; i < scores.Length; i++)
            {
                scores[i] += spread.Standardise(model[i]) / cosines.Count;
            }
        }

        return scores;
    }

    /// <summary>The sum of 1 / (60 + rank) (Cormack, Clarke and Büttcher, SIGIR 2009), for comparison.</summary>
    private static double[] ReciprocalRanks(IReadOnlyList<double[]> cosines, int excluded)
    {
        double[] scores = new double[cosines[0].Length];
        foreach (double[] model in cosines)
        {
            int[] order = Ranking.Order(model, excluded);
            for (int i = 0; i < order.Length; i++)
            {
                scores[order[i]] += 1.0 / (RankConstant + i + 1);
            }
        }

        return scores;
    }
}
