using CsCheck;
using Pipeline.Models;
using Pipeline.Search.Codes;

namespace Pipeline.Tests.Search.Codes;

public class CodeDifferenceTests
{
    [Fact]
    public void The_bits_that_differ_are_counted_as_long_as_they_may_matter() => Check.Sample(
        Gen.Select(Gen.ULong.Array[1, 70], Gen.Int[0, 5000], Gen.Int[1, 1_000_000]),
        (first, most, seed) =>
        {
            var random = new Random(seed);
            ulong[] second = [.. first.Select(word => random.Next(3) == 0 ? word : word ^ (ulong)random.NextInt64())];
            int expected = first.Zip(second).Sum(pair => Convert.ToString((long)(pair.First ^ pair.Second), 2).Count(bit => bit == '1'));

            int counted = CodeDifference.Of(first, second, most);

            Assert.True(expected <= most ? counted == expected : counted > most);
        });

    /// <summary>
    /// All pairs that reach a cosine, of images of many kinds. The bound promises less than one miss in a million of the pairs just at the
    /// limit.
    /// </summary>
    [Theory]
    [InlineData("clustered", 512, 0.8f)]
    [InlineData("clustered", 2048, 0.8f)]
    [InlineData("near duplicates", 512, 0.97f)]
    [InlineData("near duplicates", 768, 0.995f)]
    [InlineData("near duplicates", 2048, 0.99f)]
    [InlineData("sparse", 512, 0.5f)]
    [InlineData("few dimensions", 1024, 0.8f)]
    public void No_pair_that_reaches_the_cosine_differs_in_more_bits_than_may_be(string set, int length, float minCosine)
    {
        const int Count = 1200;
        float[][] vectors = set switch
        {
            "clustered" => EmbeddingSets.Clustered(Count, length, seed: 1),
            "near duplicates" => EmbeddingSets.NearDuplicates(Count, length, seed: 1),
            "sparse" => EmbeddingSets.Sparse(Count, length, seed: 1),
            _ => EmbeddingSets.FewDimensions(Count, length, seed: 1),
        };
        var encoded = new EncodedSet(vectors);
        int words = encoded.Space.Words;
        (int reaching, int passing, int missed, double closest) = (0, 0, 0, 0);
        for (int i = 0; i < Count; i++)
        {
            for (int j = i + 1; j < Count; j++)
            {
                int most = CodeDifference.Most(Norm(i), Norm(j), minCosine, words * 64);
                int difference = CodeDifference.Of(encoded.CodeOf(i), encoded.CodeOf(j), words * 64);
                bool reaches = Embedding.Cosine(vectors[i], vectors[j]) >= minCosine;
                reaching += reaches ? 1 : 0;
                passing += difference <= most ? 1 : 0;
                missed += reaches && difference > most ? 1 : 0;
                closest = reaches ? Math.Max(closest, (double)difference / most) : closest;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{set} {length}: {reaching} reach {minCosine}, {passing} of {Count * (Count - 1) / 2} pass; nearest to a miss: {closest:0.00}");
        Assert.InRange(reaching, 100, int.MaxValue);
        Assert.Equal(0, missed);

        NormRange Norm(int i) => new(encoded.Scalars[i].Norm, encoded.Scalars[i].Norm);
    }

    /// <summary>The limit for a block of images is no narrower than that for any two of them.</summary>
    [Fact]
    public void A_range_of_norms_is_as_careful_as_each_pair_in_it() => Check.Sample(
        Gen.Select(Gen.Float[0, 1.5f], Gen.Float[0, 0.3f], Gen.Float[0, 1.5f], Gen.Float[0, 0.3f], Gen.Float[0.5f, 1], Gen.Float[0, 1]),
        (a, width, b, otherWidth, minCosine, part) =>
        {
            int range = CodeDifference.Most(new NormRange(a, a + width), new NormRange(b, b + otherWidth), minCosine, 512);
            float first = a + (part * width);
            float second = b + (part * otherWidth);

            int pair = CodeDifference.Most(new NormRange(first, first), new NormRange(second, second), minCosine, 512);

            Assert.InRange(pair, -1, range);
        },
        iter: 20_000);

    [Fact]
    public void Norms_that_are_too_far_apart_cannot_belong_to_near_images()
    {
        Assert.Equal(-1, CodeDifference.Most(new NormRange(0.3f, 0.4f), new NormRange(0.7f, 0.8f), 0.97f, 512));
        Assert.InRange(CodeDifference.Most(new NormRange(0.3f, 0.5f), new NormRange(0.7f, 0.8f), 0.97f, 512), 0, 511);
        Assert.Equal(512, CodeDifference.Most(new NormRange(0, 0.1f), new NormRange(0.1f, 0.2f), 0.97f, 512));
    }
}
