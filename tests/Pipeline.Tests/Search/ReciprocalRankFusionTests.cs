using CsCheck;
using Pipeline.Models;
using Pipeline.Search;

namespace Pipeline.Tests.Search;

public class ReciprocalRankFusionTests
{
    [Fact]
    public void The_score_is_the_sum_of_one_over_sixty_plus_rank()
    {
        IReadOnlyList<FusedMatch> fused = ReciprocalRankFusion.Fuse(Rankings(["a", "b", "c"], ["b", "d"]), 10);

        Assert.Equal(["b", "a", "d", "c"], fused.Select(match => match.Record.Id.Name));
        Assert.Equal((1.0 / 62) + (1.0 / 61), fused[0].Score, 1e-12);
        Assert.Equal(1.0 / 61, fused[1].Score, 1e-12);
        Assert.Equal(1.0 / 62, fused[2].Score, 1e-12);
        Assert.Equal(new Dictionary<string, int> { ["vgg16"] = 2, ["resnet50"] = 1 }, fused[0].Ranks);
        Assert.Equal(new Dictionary<string, int> { ["vgg16"] = 1 }, fused[1].Ranks);
    }

    [Fact]
    public void Of_equal_scores_the_name_that_sorts_first_comes_first() =>
        Assert.Equal(["a", "b"], ReciprocalRankFusion.Fuse(Rankings(["b"], ["a"]), 10).Select(match => match.Record.Id.Name));

    [Fact]
    public void Two_models_that_agree_keep_their_order() => Gen.Shuffle(Enumerable.Range(0, 20).Select(i => $"{i:d2}").ToArray())
        .Sample(names =>
            Assert.Equal(names, ReciprocalRankFusion.Fuse(Rankings(names, names), 20).Select(match => match.Record.Id.Name)));

    [Fact]
    public void No_more_than_asked_are_given() => Assert.Equal(2, ReciprocalRankFusion.Fuse(Rankings(["a", "b", "c"], ["d"]), 2).Count);

    private static ModelRanking[] Rankings(string[] vgg16, string[] resnet50) => [Ranking("vgg16", vgg16), Ranking("resnet50", resnet50)];

    private static ModelRanking Ranking(string modelKey, string[] names)
    {
        ModelDefinition definition = ModelCatalogue.Default().Models.Single(model => model.Key == modelKey);
        return new ModelRanking(
            IndexedStorage.Model with { Definition = definition },
            [.. names.Select(name => new Match(CosineScanTests.Record(name, [1]), 1))],
            names.Length);
    }
}
