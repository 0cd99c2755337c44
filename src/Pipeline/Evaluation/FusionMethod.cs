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
    /// <summary>The methods, the one of search first.</summary>
    public static IReadOnlyList<FusionMethod> All { get; } =
    [
        new("fused", "Fused: reciprocal ranks", ReciprocalRanks),
        new("fused-standardised", "Fused: standardised cosines", StandardisedCosines),
    ];

    /// <summary>The sum of 1 / (60 + rank), as <see cref="ReciprocalRankFusion"/> has it, over all images instead of the best hundred.</summary>
    private static double[] ReciprocalRanks(IReadOnlyList<double[]> cosines, int excluded)
    {
        double[] scores = new double[cosines[0].Length];
        foreach (double[] model in cosines)
        {
            int[] order = Ranking.Order(model, excluded);
            for (int i = 0; i < order.Length; i++)
            {
                scores[order[i]] += 1.0 / (ReciprocalRankFusion.RankConstant + i + 1);
            }
        }

        return scores;
    }

    /// <summary>The sum of (cosine - mean) / standard deviation, both over the images that the query is compared with.</summary>
    private static double[] StandardisedCosines(IReadOnlyList<double[]> cosines, int excluded)
    {
        double[] scores = new double[cosines[0].Length];
        foreach (double[] model in cosines)
        {
            double[] others = [.. model.Where((_, position) => position != excluded)];
            double mean = others.Average();
            double deviation = Math.Sqrt(others.Average(cosine => (cosine - mean) * (cosine - mean)));

            // A model that finds all images equally alike says nothing.
            double scale = deviation > 0 ? 1 / deviation : 0;
            for (int i = 0; i < scores.Length; i++)
            {
                scores[i] += (model[i] - mean) * scale;
            }
        }

        return scores;
    }
}
