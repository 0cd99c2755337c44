using CsCheck;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Tests.Search;

public class StandardisedFusionTests
{
    private static readonly Dictionary<string, float> Near = new() { ["a"] = 0.9f, ["b"] = 0.5f, ["c"] = 0.1f };

    [Fact]
    public void The_score_is_the_mean_of_the_standardised_cosines()
    {
        // Another scale, and the same distances from the mean: 0.95 is two deviations above, as 0.9 is.
        var far = new Dictionary<string, float> { ["a"] = 0.91f, ["b"] = 0.95f, ["c"] = 0.93f };

        IReadOnlyList<FusedMatch> fused = StandardisedFusion.Fuse(
            [Vote(0, Near, new CosineSpread(0.5, 0.2)), Vote(1, far, new CosineSpread(0.93, 0.01))], 10);

        Assert.Equal(["b", "a", "c"], fused.Select(match => match.Image.Id.Name));
        Assert.Equal([1.0, 0, -1], fused.Select(match => Math.Round(match.Score, 5)));
        Assert.Equal(new Dictionary<string, int> { ["vgg16"] = 2, ["resnet50"] = 1 }, fused[0].Ranks);
    }

    [Fact]
    public void An_image_that_a_model_has_not_embedded_yet_counts_there_as_the_mean()
    {
        IReadOnlyList<FusedMatch> fused = StandardisedFusion.Fuse(
            [
                Vote(0, Near, new CosineSpread(0.5, 0.2)),
                Vote(1, new Dictionary<string, float> { ["c"] = 0.9f }, new CosineSpread(0.8, 0.05)),
            ],
            10);

        Assert.Equal([("a", 1.0), ("b", 0.0), ("c", 0.0)], fused.Select(match => (match.Image.Id.Name, Math.Round(match.Score, 5))));
        Assert.Equal(new Dictionary<string, int> { ["vgg16"] = 1 }, fused[0].Ranks);
    }

    [Fact]
    public void A_model_that_finds_all_images_equally_alike_changes_nothing()
    {
        IReadOnlyList<FusedMatch> fused = StandardisedFusion.Fuse(
            [Vote(0, Near, new CosineSpread(0.5, 0.2)), Vote(1, Near.ToDictionary(c => c.Key, _ => 0.7f), new CosineSpread(0.7, 0))], 10);

        Assert.Equal(["a", "b", "c"], fused.Select(match => match.Image.Id.Name));
    }

    [Fact]
    public void A_single_model_keeps_its_order_and_no_more_than_asked_are_given() => Assert.Equal(
        ["a", "b"],
        StandardisedFusion.Fuse([Vote(0, Near, new CosineSpread(0.5, 0.2))], 2).Select(match => match.Image.Id.Name));

    [Fact]
    public void Without_a_vote_the_list_is_empty() => Assert.Empty(StandardisedFusion.Fuse([], 5));

    [Fact]
    public void A_scan_has_the_mean_and_the_deviation_of_all_cosines_but_the_excluded_one() =>
        Gen.Float[-1, 1].Array[2, 30].Sample(cosines =>
        {
            EmbeddingRecord[] records =
                [.. cosines.Select((cosine, i) => SegmentSearchTests.Record($"{i:00}", [cosine, MathF.Sqrt(1 - (cosine * cosine))]))];

            CosineSpread spread = SegmentSearch.Search(
                Snapshots.Of(records), new float[] { 1, 0 }, 1, new SearchFilter(records[0].Id.Key)).Spread;

            double mean = cosines.Skip(1).Average(cosine => (double)cosine);
            Assert.Equal(mean, spread.Mean, 1e-6);
            Assert.Equal(Math.Sqrt(cosines.Skip(1).Average(cosine => (cosine - mean) * (cosine - mean))), spread.Deviation, 1e-6);
        });

    [Fact]
    public void Rounding_is_no_spread()
    {
        CosineSums sums = Enumerable.Repeat(0.9996f, 10_000).Aggregate(default(CosineSums), (sum, cosine) => sum.With(cosine));

        Assert.Equal(0, sums.Spread.Deviation);
        Assert.Equal(0, sums.Spread.Standardise(0.9997));
    }

    private static ModelVote Vote(int model, Dictionary<string, float> cosines, CosineSpread spread)
    {
        Match[] matches =
        [
            .. cosines.OrderByDescending(entry => entry.Value)
                .Select(entry => new Match(IndexedImage.Of(SegmentSearchTests.Record(entry.Key, [1])), entry.Value)),
        ];
        Dictionary<string, float> byKey = matches.ToDictionary(match => match.Image.Id.Key, match => match.Cosine);
        return new ModelVote(
            IndexedStorage.Model with { Definition = ModelCatalogue.Default().Models[model] },
            matches,
            spread,
            key => byKey.TryGetValue(key, out float cosine) ? cosine : null);
    }
}
