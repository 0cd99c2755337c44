using Pipeline.ModelBuilding;
using Pipeline.Study;

namespace Pipeline.Tests.Study;

public class SeparationTests
{
    private static readonly StudyConditions Conditions = SampleStudy.Conditions();

    [Fact]
    public void Each_layer_has_the_groups_means_and_their_silhouettes()
    {
        LayerSeparation fc2 = Of([0.9, 0.8], [0.7], [0.4, 0.2])!.Layers[0];

        Assert.Equal("vgg16:fc2", fc2.Layer);
        Assert.Equal([0.85, 0.7, 0.3], [fc2.SameObject!.Value, fc2.SameKind!.Value, fc2.Other!.Value], Near);
        Assert.Equal(
            [0.5, 1 - (0.15 / 0.7), 1 - (0.3 / 0.7)],
            [fc2.ObjectFromKind!.Value, fc2.ObjectFromOther!.Value, fc2.KindFromOther!.Value],
            Near);
        Assert.Equal((0.5 + 1 - (0.15 / 0.7) + 1 - (0.3 / 0.7)) / 3, fc2.Score, 1e-12);
        Assert.True(fc2.InOrder);
    }

    [Fact]
    public void Groups_without_an_image_are_left_out()
    {
        LayerSeparation layer = Of([], [0.7], [0.3])!.Layers[0];

        Assert.Equal((null, null, null), (layer.SameObject, layer.ObjectFromKind, layer.ObjectFromOther));
        Assert.Equal(layer.KindFromOther, layer.Score);
    }

    [Fact]
    public void One_group_alone_gives_no_separation()
    {
        Assert.Null(Of([0.9], [], []));
        Assert.Null(Of([], [0.9], []));
        Assert.Null(Of([], [], []));
    }

    [Fact]
    public void The_verdict_names_the_better_model_and_the_measure()
    {
        IReadOnlyDictionary<string, double> same = Cosines(fc2: 0.9, avgPool: 0.95, classes: 1);
        IReadOnlyDictionary<string, double> kind = Cosines(fc2: 0.8, avgPool: 0.7, classes: 0.9);
        IReadOnlyDictionary<string, double> other = Cosines(fc2: 0.7, avgPool: 0.4, classes: 0.2);

        IReadOnlyList<string> verdict = Separation.Of(Conditions, [same], [kind], [other])!.Verdict;

        Assert.Equal(
            [
                "By their embeddings, ResNet50 avg_pool separates the groups better than VGG16 fc2: mean silhouette 0.75 against 0.50.",
                "By the layers of the published study, ResNet50 predictions separates the groups better than VGG16 fc2: " +
                "mean silhouette 0.96 against 0.50.",
                "Every layer has the groups in the order that a person would give them.",
            ],
            verdict);
    }

    [Fact]
    public void A_small_difference_counts_as_none() => Assert.StartsWith(
        "By their embeddings, VGG16 fc2 and ResNet50 avg_pool separate the groups about equally well: mean silhouette",
        Separation.Of(Conditions, [Cosines(0.9, 0.9, 1)], [Cosines(0.7, 0.701, 0.9)], [])!.Verdict[0],
        StringComparison.Ordinal);

    [Fact]
    public void Layers_that_have_another_order_are_named() => Assert.Contains(
        "VGG16 fc2 has the groups in another order than a person would.",
        Separation.Of(Conditions, [Cosines(0.6, 0.9, 1)], [Cosines(0.7, 0.7, 0.9)], [])!.Verdict);

    [Fact]
    public void Of_untrained_models_it_first_says_that_it_means_nothing() => Assert.StartsWith(
        "With untrained weights",
        Separation.Of(SampleStudy.Conditions(WeightsOrigin.Untrained), [Cosines(0.9, 0.9, 1)], [Cosines(0.7, 0.7, 0.9)], [])!.Verdict[0],
        StringComparison.Ordinal);

    private static Separation? Of(double[] same, double[] kind, double[] others) => Separation.Of(
        Conditions, [.. same.Select(All)], [.. kind.Select(All)], [.. others.Select(All)]);

    private static IReadOnlyDictionary<string, double> All(double cosine) => Cosines(cosine, cosine, cosine);

    private static Dictionary<string, double> Cosines(double fc2, double avgPool, double classes) => new()
    {
        ["vgg16:fc2"] = fc2,
        ["vgg16:predictions"] = classes,
        ["resnet50:avg_pool"] = avgPool,
        ["resnet50:predictions"] = classes,
    };

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) < 1e-12;
}
