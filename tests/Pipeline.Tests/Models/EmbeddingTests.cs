using CsCheck;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

public class EmbeddingTests
{
    /// <summary>
    /// The bits of a plain loop over 32 sums, as every processor adds them: an instance on another one goes on with a list at the same place.
    /// </summary>
    [Fact]
    public void A_cosine_has_the_same_bits_whatever_the_processor() => Gen.Int[1, 200].SelectMany(
        length => Gen.Select(Gen.Float[-0.05f, 0.05f].Array[length], Gen.Float[-0.05f, 0.05f].Array[length])).Sample((a, b) =>
    {
        float[] sums = new float[32];
        int whole = a.Length - (a.Length % 32);
        for (int i = 0; i < whole; i++)
        {
            sums[i % 32] += a[i] * b[i];
        }

        float expected = 0;
        for (int lane = 0; lane < 8; lane++)
        {
            expected += (sums[lane] + sums[lane + 8]) + (sums[lane + 16] + sums[lane + 24]);
        }

        for (int i = whole; i < a.Length; i++)
        {
            expected += a[i] * b[i];
        }

        Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(Embedding.Cosine(a, b)));
        Assert.Equal(Embedding.Cosine(a, b), Embedding.Cosine(b, a));
        Assert.Equal(a.Zip(b).Sum(pair => (double)pair.First * pair.Second), Embedding.Cosine(a, b), 1e-6);
    });

    [Fact]
    public void Vectors_of_different_models_are_not_compared() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Embedding.Cosine(new float[512], new float[2048]));
}
