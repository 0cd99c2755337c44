using Pipeline.Study;

namespace Pipeline.Evaluation;

/// <summary>The mean silhouette of groups of embeddings (Rousseeuw 1987), with 1 - cosine for the distance.</summary>
internal static class GroupSilhouette
{
    // Sums of so many groups are held at a time: 4096 numbers of 8 bytes each, 8 MB.
    private const int GroupsAtATime = 256;

    /// <summary>
    /// For each image (b - a) / max(a, b), where a is its mean distance to the others of its group, and b the smallest mean distance to
    /// another group; the mean over all images.
    /// </summary>
    /// <param name="vectors">float[d] for each image, of any length above 0.</param>
    /// <param name="groups">The group of each image, from 0 without a gap; each has at least two images.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>-1 to 1, or null for fewer than two groups.</returns>
    /// <remarks>
    /// In double precision, because models that find all images nearly alike have distances of 0.0001. The mean cosine with a group is
    /// the dot product with the sum of its vectors, so that the time grows with images times groups, not with images times images.
    /// </remarks>
    public static double? Mean(IReadOnlyList<ReadOnlyMemory<float>> vectors, IReadOnlyList<int> groups, CancellationToken cancellationToken)
    {
        int[] sizes = new int[groups.DefaultIfEmpty(-1).Max() + 1];
        foreach (int group in groups)
        {
            sizes[group]++;
        }

        if (sizes.Length < 2)
        {
            return null;
        }

        double[] norms = [.. vectors.Select(vector => Math.Sqrt(Dot(vector.Span, vector.Span)))];
        double[] own = new double[vectors.Count];
        double[] nearest = [.. Enumerable.Repeat(double.NegativeInfinity, vectors.Count)];
        for (int start = 0; start < sizes.Length; start += GroupsAtATime)
        {
            int count = Math.Min(GroupsAtATime, sizes.Length - start);
            double[][] sums = Sums(vectors, groups, norms, start, count);
            Parallel.For(0, vectors.Count, new ParallelOptions { CancellationToken = cancellationToken }, image =>
            {
                for (int i = 0; i < count; i++)
                {
                    double sum = Dot(vectors[image].Span, sums[i]) / norms[image];
                    if (groups[image] == start + i)
                    {
                        // Its cosine with itself is no part of the mean.
                        own[image] = (sum - 1) / (sizes[start + i] - 1);
                    }
                    else
                    {
                        nearest[image] = Math.Max(nearest[image], sum / sizes[start + i]);
                    }
                }
            });
        }

        return own.Zip(nearest, Silhouette.Of).Average();
    }

    private static double[][] Sums(
        IReadOnlyList<ReadOnlyMemory<float>> vectors, IReadOnlyList<int> groups, double[] norms, int start, int count)
    {
        double[][] sums = [.. Enumerable.Range(0, count).Select(_ => new double[vectors[0].Length])];
        for (int image = 0; image < vectors.Count; image++)
        {
            int group = groups[image] - start;
            if (group >= 0 && group < count)
            {
                ReadOnlySpan<float> vector = vectors[image].Span;
                for (int i = 0; i < vector.Length; i++)
                {
                    sums[group][i] += vector[i] / norms[image];
                }
            }
        }

        return sums;
    }

    private static double Dot(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        double sum = 0;
        for (int i = 0; i < first.Length; i++)
        {
            sum += (double)first[i] * second[i];
        }

        return sum;
    }

    private static double Dot(ReadOnlySpan<float> first, ReadOnlySpan<double> second)
    {
        double sum = 0;
        for (int i = 0; i < first.Length; i++)
        {
            sum += first[i] * second[i];
        }

        return sum;
    }
}
