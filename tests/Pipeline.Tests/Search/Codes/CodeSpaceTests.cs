using Pipeline.Search.Codes;

namespace Pipeline.Tests.Search.Codes;

public class CodeSpaceTests
{
    [Fact]
    public void Bits_and_scalars_are_those_that_NumPy_computes()
    {
        foreach (CodesReference.Case expected in CodesReference.Cases)
        {
            CodeSpace space = Space(expected);
            float[][] vectors = [.. CodesReference.Numbers<float>(expected.Vectors).Chunk(expected.Dimension)];
            double[] norms = CodesReference.Numbers<double>(expected.Norms);
            double[] stretches = CodesReference.Numbers<double>(expected.Stretches);
            ulong[][] codes = [.. CodesReference.Numbers<ulong>(expected.Bits).Chunk(space.Words)];

            Assert.All(vectors, (vector, i) =>
            {
                ulong[] bits = new ulong[space.Words];
                CodeScalars scalars = space.Encode(vector, bits);

                Assert.Equal(codes[i], bits);
                Assert.Equal(norms[i], scalars.Norm, 1e-6);
                Assert.Equal(stretches[i], scalars.Stretch, 1e-5);
            });
        }
    }

    /// <summary>To 2e-6: float32 against float64.</summary>
    [Fact]
    public void Estimates_are_those_that_NumPy_computes()
    {
        foreach (CodesReference.Case expected in CodesReference.Cases)
        {
            CodeSpace space = Space(expected);
            double[][] estimates = [.. CodesReference.Numbers<double>(expected.Estimates).Chunk(expected.Count)];
            ulong[] codes = CodesReference.Numbers<ulong>(expected.Bits);
            CodeScalars[] scalars =
            [
                .. CodesReference.Numbers<double>(expected.Norms).Zip(
                    CodesReference.Numbers<double>(expected.Stretches), (norm, stretch) => new CodeScalars((float)norm, (float)stretch)),
            ];
            Assert.All(CodesReference.Numbers<float>(expected.Queries).Chunk(expected.Dimension), (query, i) =>
            {
                float[] actual = new float[expected.Count];
                CodeScan.Estimate(space.Prepare(query), codes, scalars, actual);

                Assert.All(actual, (value, j) => Assert.Equal(estimates[i][j], value, 2e-6));
            });
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(2f)]
    public void Embeddings_that_are_not_of_norm_1_are_refused(float value)
    {
        var space = new CodeSpace(3, new float[3], seed: 1);
        float[] vector = [0, value, 0];

        Assert.Contains("must be 1", Assert.Throws<ArgumentException>(() => space.Encode(vector, new ulong[1])).Message);
        Assert.Contains("must be 1", Assert.Throws<ArgumentException>(() => space.Prepare(vector)).Message);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_centre_without_a_place_is_refused(float value) =>
        Assert.Throws<ArgumentException>(() => new CodeSpace(2, new[] { 0, value }, seed: 1));

    [Fact]
    public void Other_lengths_are_refused()
    {
        var space = new CodeSpace(3, new float[3], seed: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => space.Encode([1, 0], new ulong[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => space.Encode([1, 0, 0], new ulong[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => space.Prepare([1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CodeSpace(3, new float[2], seed: 1));
    }

    /// <summary>All that is known of it is its place, which is exact.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(2048)]
    public void The_cosine_with_an_embedding_equal_to_the_centre_is_exact(int length)
    {
        float[][] vectors = EmbeddingSets.Clustered(2, length, seed: 3);
        var space = new CodeSpace(length, vectors[0], seed: 1);
        ulong[] bits = new ulong[space.Words];
        CodeScalars scalars = space.Encode(vectors[0], bits);
        float[] estimate = new float[1];

        foreach (float[] query in vectors)
        {
            CodeQuery prepared = space.Prepare(query);
            CodeScan.Estimate(prepared, bits, [scalars], estimate);
            CosineLimits limits = prepared.Limits(estimate[0], scalars, CodeScan.Width);

            float exact = Pipeline.Models.Embedding.Cosine(query, vectors[0]);
            Assert.Equal(exact, estimate[0], 1e-6);
            Assert.InRange(exact, limits.Lower, limits.Upper);
            Assert.InRange(limits.Upper - limits.Lower, 0, 1e-4);
        }
    }

    [Fact]
    public void A_stored_space_gives_the_same_codes()
    {
        float[][] vectors = EmbeddingSets.Clustered(20, 100, seed: 4);
        var space = new CodeSpace(100, CodeSpace.Mean(vectors.Select(vector => new ReadOnlyMemory<float>(vector)), 100), ulong.MaxValue);
        CodeSpace read = CodeSpace.FromBytes(space.ToBytes());
        ulong[] first = new ulong[space.Words];
        ulong[] second = new ulong[space.Words];

        Assert.Equal(space.Encode(vectors[7], first), read.Encode(vectors[7], second));
        Assert.Equal(first, second);
        Assert.Equal((space.Seed, space.Dimension), (read.Seed, read.Dimension));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(13)]
    public void Bytes_that_are_no_space_are_refused(int length) =>
        Assert.Throws<ArgumentException>(() => CodeSpace.FromBytes(new byte[length]));

    [Fact]
    public void The_mean_is_the_mean() => Assert.Equal(
        [2f, 0.5f],
        CodeSpace.Mean([new float[] { 1, 0 }, new float[] { 2, 0 }, new float[] { 3, 1.5f }], 2));

    private static CodeSpace Space(CodesReference.Case expected) =>
        new(expected.Dimension, CodesReference.Numbers<float>(expected.Centre), expected.Seed);
}
