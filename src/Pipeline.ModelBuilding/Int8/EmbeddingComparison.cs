using Pipeline.Models;

namespace Pipeline.ModelBuilding.Int8;

/// <summary>Compares the embeddings of the same images by a model in two precisions.</summary>
internal static class EmbeddingComparison
{
    /// <summary>How many of the nearest images are compared.</summary>
    public const int Nearest = 10;

    /// <summary>The fewest images that make a comparison.</summary>
    public const int FewestImages = 3;

    /// <param name="reference">By float32.</param>
    /// <param name="other">By the other precision, in the same order.</param>
    /// <exception cref="ArgumentException">There are fewer than <see cref="FewestImages"/>, or not as many of both.</exception>
    public static PrecisionFigures Compare(IReadOnlyList<Embedding> reference, IReadOnlyList<Embedding> other)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(reference.Count, FewestImages, nameof(reference));
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Count, reference.Count, nameof(other));
        int count = reference.Count;
        float[,] exact = Cosines(reference);
        float[,] rounded = Cosines(other);
        double[] errors =
        [
            .. from a in Enumerable.Range(0, count)
               from b in Enumerable.Range(a + 1, count - a - 1)
               select (double)MathF.Abs(exact[a, b] - rounded[a, b]),
        ];
        int nearest = Math.Min(Nearest, count - 1);
        double overlap = Enumerable.Range(0, count)
            .Average(image => NearestOf(image, exact, nearest).Intersect(NearestOf(image, rounded, nearest)).Count() / (double)nearest);
        return new PrecisionFigures(errors.Max(), errors.Average(), overlap, count);
    }

    private static float[,] Cosines(IReadOnlyList<Embedding> embeddings)
    {
        float[,] cosines = new float[embeddings.Count, embeddings.Count];
        for (int a = 0; a < embeddings.Count; a++)
        {
            for (int b = 0; b < a; b++)
            {
                cosines[a, b] = cosines[b, a] = Embedding.Cosine(embeddings[a].Values.Span, embeddings[b].Values.Span);
            }
        }

        return cosines;
    }

    // Equal cosines in the order of the images, as search orders them by name.
    private static IEnumerable<int> NearestOf(int image, float[,] cosines, int count) =>
        Enumerable.Range(0, cosines.GetLength(0)).Where(other => other != image)
            .OrderByDescending(other => cosines[image, other])
            .Take(count);
}
