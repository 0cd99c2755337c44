using Pipeline.Search.Codes;

namespace Pipeline.Tests.Search.Codes;

public class CodeScanTests
{
    private const int Rotations = 300;

    /// <summary>
    /// Over the draws of the rotation, of which each has its own error, the mean error is within 4 standard errors of 0, for every image: of
    /// the query's own group, of others, and the query itself.
    /// </summary>
    [Theory]
    [InlineData("clustered")]
    [InlineData("sparse")]
    public void Estimates_are_unbiased(string set)
    {
        const int Length = 256;
        float[][] vectors = set == "sparse"
            ? EmbeddingSets.Sparse(30, Length, seed: 5)
            : EmbeddingSets.Clustered(30, Length, seed: 5, groups: 3);
        float[] query = vectors[0];
        double[] sum = new double[vectors.Length];
        double[] squares = new double[vectors.Length];
        for (int seed = 0; seed < Rotations; seed++)
        {
            var encoded = new EncodedSet(vectors, (ulong)seed);
            float[] exact = encoded.Exact(query);
            float[] estimates = encoded.Estimates(query);
            for (int i = 0; i < vectors.Length; i++)
            {
                double error = estimates[i] - exact[i];
                sum[i] += error;
                squares[i] += error * error;
            }
        }

        Assert.All(sum, (value, i) =>
        {
            double standardError = Math.Sqrt(squares[i] / Rotations / Rotations);
            Assert.InRange(value / Rotations, -4 * standardError, 4 * standardError);
            Assert.InRange(standardError, 0, 0.01);
        });
    }

    /// <summary>
    /// A normally distributed number is beyond 2 standard deviations in 4.6 % of all cases, beyond 3 in 0.27 %. The limits must keep that, and
    /// must not be much wider than it takes either.
    /// </summary>
    [Theory]
    [InlineData("clustered", 2048)]
    [InlineData("clustered", 768)]
    [InlineData("sparse", 1024)]
    [InlineData("few dimensions", 1024)]
    public void Cosines_are_outside_their_limits_as_often_as_stated(string set, int length)
    {
        const int Count = 1000;
        float[][] vectors = Set(set, Count, length);
        int beyond2 = 0;
        int beyond3 = 0;
        int compared = 0;
        for (ulong seed = 0; seed < 8; seed++)
        {
            var encoded = new EncodedSet(vectors, seed);
            float[] query = vectors[(int)seed];
            float[] exact = encoded.Exact(query);
            float[] estimates = encoded.Estimates(query);
            CodeQuery prepared = encoded.Space.Prepare(query);
            for (int i = 0; i < Count; i++)
            {
                beyond2 += Outside(prepared.Limits(estimates[i], encoded.Scalars[i], 2), exact[i]);
                beyond3 += Outside(prepared.Limits(estimates[i], encoded.Scalars[i], 3), exact[i]);
                compared++;
            }
        }

        (double beyond2Share, double beyond3Share) = ((double)beyond2 / compared, (double)beyond3 / compared);
        TestContext.Current.TestOutputHelper?.WriteLine($"{set} {length}: {beyond2Share:P2}, {beyond3Share:P2}");
        Assert.InRange(beyond2Share, 0.025, 0.065);
        Assert.InRange(beyond3Share, 0.0005, 0.0055);
    }

    [Fact]
    public void The_limits_of_a_near_duplicate_are_narrow()
    {
        float[][] vectors = EmbeddingSets.NearDuplicates(500, 2048, seed: 6);
        var encoded = new EncodedSet(vectors);
        CodeQuery query = encoded.Space.Prepare(vectors[0]);
        float[] estimates = encoded.Estimates(vectors[0]);

        CosineLimits near = query.Limits(estimates[10], encoded.Scalars[10], CodeScan.Width);
        CosineLimits far = query.Limits(estimates[1], encoded.Scalars[1], CodeScan.Width);

        Assert.True(encoded.Exact(vectors[0])[10] > 0.98f);
        Assert.True(near.Upper - near.Lower < 0.6f * (far.Upper - far.Lower), $"{near}, {far}");
    }

    /// <summary>
    /// Measured: 1.1 to 1.9 %. The mean is less exact where images are alike, as their errors are, too, and do not cancel; a caller has the
    /// exact one anyway.
    /// </summary>
    [Theory]
    [InlineData("clustered")]
    [InlineData("sparse")]
    [InlineData("few dimensions")]
    [InlineData("near duplicates")]
    public void The_deviation_of_all_cosines_is_estimated_to_three_percent(string set)
    {
        float[][] vectors = Set(set, 3000, 1024);
        var encoded = new EncodedSet(vectors);
        double worst = 0;
        foreach (float[] query in vectors.Take(20))
        {
            EstimateSums sums = encoded.UpperLimits(query).Sums;
            float[] exact = encoded.Exact(query);
            double mean = exact.Average(cosine => (double)cosine);
            double deviation = Math.Sqrt(exact.Average(cosine => Math.Pow(cosine - mean, 2)));
            worst = Math.Max(worst, Math.Abs((sums.Deviation / deviation) - 1));
            Assert.Equal(mean, sums.Mean, 0.02);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{set}: {worst:P2}");
        Assert.InRange(worst, 0, 0.03);
    }

    [Fact]
    public void Sums_of_parts_are_the_sums_of_the_whole()
    {
        var encoded = new EncodedSet(EmbeddingSets.Clustered(128, 256, seed: 7));
        float[] query = EmbeddingSets.Clustered(1, 256, seed: 8)[0];

        EstimateSums parts = encoded.UpperLimits(query, [ulong.MaxValue, 0]).Sums + encoded.UpperLimits(query, [0, ulong.MaxValue]).Sums;
        EstimateSums whole = encoded.UpperLimits(query).Sums;

        Assert.Equal(whole.Count, parts.Count);
        Assert.Equal(whole.Mean, parts.Mean, 1e-12);
        Assert.Equal(whole.Deviation, parts.Deviation, 1e-9);
        Assert.Equal(default, encoded.UpperLimits(query, [0, 0]).Sums);
        Assert.Equal(0, default(EstimateSums).Deviation);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        CodeQuery query = new CodeSpace(64, new float[64], seed: 1).Prepare(EmbeddingSets.Clustered(1, 64, seed: 1)[0]);

        Assert.Throws<ArgumentOutOfRangeException>(() => CodeScan.Estimate(query, new ulong[2], new CodeScalars[1], new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => CodeScan.Estimate(query, new ulong[1], new CodeScalars[1], new float[2]));
    }

    private static float[][] Set(string name, int count, int length) => name switch
    {
        "clustered" => EmbeddingSets.Clustered(count, length, seed: 11),
        "near duplicates" => EmbeddingSets.NearDuplicates(count, length, seed: 11),
        "sparse" => EmbeddingSets.Sparse(count, length, seed: 11),
        "few dimensions" => EmbeddingSets.FewDimensions(count, length, seed: 11),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static int Outside(CosineLimits limits, float cosine) => cosine < limits.Lower || cosine > limits.Upper ? 1 : 0;
}
