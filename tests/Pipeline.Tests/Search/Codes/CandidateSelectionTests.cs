using CsCheck;
using Pipeline.Search.Codes;

namespace Pipeline.Tests.Search.Codes;

public class CandidateSelectionTests
{
    private const int Top = 10;
    private const int Queries = 100;

    /// <summary>Queries are images of the set and, every other time, images that are not in it.</summary>
    [Theory]
    [InlineData("clustered", 1024)]
    [InlineData("clustered", 768)]
    [InlineData("near duplicates", 1024)]
    [InlineData("sparse", 1024)]
    [InlineData("few dimensions", 1024)]
    public void It_finds_what_the_exact_search_finds(string set, int length)
    {
        const int Count = 5000;
        float[][] all = set switch
        {
            "clustered" => EmbeddingSets.Clustered(Count + Queries, length, seed: 1),
            "near duplicates" => EmbeddingSets.NearDuplicates(Count + Queries, length, seed: 1),
            "sparse" => EmbeddingSets.Sparse(Count + Queries, length, seed: 1),
            _ => EmbeddingSets.FewDimensions(Count + Queries, length, seed: 1),
        };
        var encoded = new EncodedSet(all[..Count]);
        int found = 0;
        long read = 0;
        for (int i = 0; i < Queries; i++)
        {
            float[] query = i % 2 == 0 ? all[i] : all[Count + i];
            float least = encoded.Exact(query).OrderDescending().ElementAt(Top - 1);

            Candidate[] nearest = encoded.Nearest(query, Top);

            // Of equal cosines any are right.
            found += nearest.Take(Top).Count(candidate => candidate.Cosine >= least);
            read += encoded.Read;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{set} {length}: {read / Queries} of {Count} read");
        Assert.InRange((double)found / (Top * Queries), 0.999, 1);
    }

    [Fact]
    public void Of_images_that_stand_out_few_are_read()
    {
        float[][] vectors = EmbeddingSets.Clustered(3000, 1024, seed: 2);
        for (int i = 1; i < Top; i++)
        {
            float[] near = [.. vectors[0]];
            near[i] += 0.1f;
            vectors[i] = EmbeddingSets.Normalised(near);
        }

        var encoded = new EncodedSet(vectors);
        Candidate[] nearest = encoded.Nearest(vectors[0], Top);

        Assert.Equal(Enumerable.Range(0, Top), nearest.Select(candidate => candidate.Index).Order());
        Assert.Equal(new Candidate(0, encoded.Exact(vectors[0])[0]), nearest[0]);
        Assert.InRange(encoded.Read, Top, 32);
    }

    [Fact]
    public void Of_equal_images_all_are_found_so_that_the_caller_decides()
    {
        var encoded = new EncodedSet(EmbeddingSets.Equal(500, 512, seed: 3));
        float[] query = EmbeddingSets.Clustered(1, 512, seed: 4)[0];

        Assert.Equal(Enumerable.Range(0, 500), encoded.Nearest(query, Top).Select(candidate => candidate.Index));
    }

    [Fact]
    public void A_single_image_is_found()
    {
        var encoded = new EncodedSet(EmbeddingSets.Clustered(1, 512, seed: 3));
        float[] query = EmbeddingSets.Clustered(1, 512, seed: 4)[0];

        Assert.Equal([new Candidate(0, encoded.Exact(query)[0])], encoded.Nearest(query, Top));
    }

    [Fact]
    public void Nothing_is_found_among_nothing() => Assert.Empty(
        CandidateSelection.Nearest(new[] { CodeScan.LeftOut, CodeScan.LeftOut }, Top, (indexes, _) => Assert.True(indexes.IsEmpty)));

    [Fact]
    public void What_is_left_out_is_not_found()
    {
        float[][] vectors = EmbeddingSets.Clustered(200, 512, seed: 5);
        var encoded = new EncodedSet(vectors);
        ulong[] searched = [0xAAAAAAAAAAAAAAAA, 0, ulong.MaxValue, 0xFF];
        bool[] live = [.. Enumerable.Range(0, 200).Select(i => (searched[i / 64] >> (i % 64) & 1) == 1)];
        float[] query = vectors[64];

        Candidate[] nearest = encoded.Nearest(query, Top, searched);

        IEnumerable<int> expected = encoded.Exact(query).Select((cosine, i) => (cosine, i))
            .Where(pair => live[pair.i]).OrderByDescending(pair => pair.cosine).Take(Top).Select(pair => pair.i);
        Assert.Equal(expected, nearest.Select(candidate => candidate.Index));
        Assert.Equal(live.Count(alive => alive), encoded.UpperLimits(query, searched).Sums.Count);
    }

    [Fact]
    public void More_than_there_are_is_all_in_order()
    {
        float[][] vectors = EmbeddingSets.Clustered(300, 256, seed: 6);
        var encoded = new EncodedSet(vectors);
        float[] exact = encoded.Exact(vectors[5]);

        Candidate[] nearest = encoded.Nearest(vectors[5], 1000);

        Assert.Equal(exact.OrderDescending(), nearest.Select(candidate => candidate.Cosine));
        Assert.Equal(300, nearest.DistinctBy(candidate => candidate.Index).Count());
    }

    /// <summary>Limits of many kinds, with ties: the answer is that of sorting, whatever the batches.</summary>
    [Fact]
    public void Where_limits_hold_the_answer_is_exact() => Check.Sample(
        Gen.Select(Gen.Int[0, 20].Select(value => value / 20f), Gen.Float[0, 0.3f]).Array[0, 400]
            .Select(Gen.Int[1, 40], ((float Cosine, float Above)[] images, int top) => (images, top)),
        input =>
        {
            (float Cosine, float Above)[] images = input.images;
            float[] limits = [.. images.Select(image => image.Cosine + image.Above)];

            Candidate[] nearest = CandidateSelection.Nearest(limits, input.top, (indexes, cosines) =>
            {
                for (int i = 0; i < indexes.Length; i++)
                {
                    cosines[i] = images[indexes[i]].Cosine;
                }
            });

            float least = images.Length < input.top
                ? float.NegativeInfinity
                : images.Select(image => image.Cosine).OrderDescending().ElementAt(input.top - 1);
            Assert.Equal(
                images.Select((image, i) => new Candidate(i, image.Cosine)).Where(candidate => candidate.Cosine >= least)
                    .OrderByDescending(candidate => candidate.Cosine).ThenBy(candidate => candidate.Index),
                nearest);
        },
        iter: 2000);
}
