using Pipeline.Comparison;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.Models;
using Pipeline.Tests.Models;

namespace Pipeline.Tests.Comparison;

public class ComparedLayerTests(SmallModels models) : IClassFixture<SmallModels>
{
    [Fact]
    public void Search_compares_by_its_own_models_embeddings_and_resampling() => Assert.Equal(
        [("vgg16", "fc2", Precision.Int8Dense, Resampling.Quality), ("resnet50", "avg_pool", Precision.Float32, Resampling.Quality)],
        Shown(ComparedLayer.OfSearch(models.Sessions.Models)));

    [Theory]
    [InlineData("resnet50:predictions,vgg16:block5_pool", "block5_pool", "predictions")]
    [InlineData("resnet50:avg_pool", "fc2", "avg_pool")]
    [InlineData(" VGG16:Predictions ", "predictions", "avg_pool")]
    [InlineData(ComparedLayer.Study, "fc2", "predictions")]
    public void Chosen_layers_are_compared_in_float32_as_Keras_resizes(string text, string vgg16, string resNet50)
    {
        IReadOnlyList<ComparedLayer> layers = ComparedLayer.Parse(text, models.Sessions);

        Assert.Equal(
            [("vgg16", vgg16, Precision.Float32, Resampling.Keras), ("resnet50", resNet50, Precision.Float32, Resampling.Keras)], Shown(
                layers));
    }

    [Theory]
    [InlineData("", "'' is not one of vgg16:fc2, vgg16:predictions, vgg16:block5_pool, resnet50:avg_pool, resnet50:predictions.")]
    [InlineData("fc2", "'fc2' is not one of vgg16:fc2,")]
    [InlineData("vgg16", "'vgg16' is not one of")]
    [InlineData("vgg16:", "'vgg16:' is not one of")]
    [InlineData("vgg16:fc2,", "'' is not one of")]
    [InlineData("vgg16:fc2:predictions", "'vgg16:fc2:predictions' is not one of")]
    [InlineData("vgg16:block1_conv2", "'vgg16:block1_conv2' is not one of")]
    [InlineData("resnet50:fc2", "'resnet50:fc2' is not one of")]
    [InlineData("alexnet:fc2", "'alexnet:fc2' is not one of")]
    [InlineData("vgg16:fc2,vgg16:predictions", "vgg16 is named twice; name one layer per model.")]
    public void Unknown_layers_are_refused_with_those_that_exist(string text, string detail)
    {
        InvalidLayersException invalid = Assert.Throws<InvalidLayersException>(() => ComparedLayer.Parse(text, models.Sessions));

        Assert.Equal(LayerFaultKind.Unknown, invalid.Kind);
        Assert.Contains(detail, invalid.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_not_there_in_float32_is_named_with_what_to_do()
    {
        using var small = new SmallModels(withTop: true, studied: false, labelled: false);

        InvalidLayersException invalid = Assert.Throws<InvalidLayersException>(() => ComparedLayer.Parse("vgg16:fc2", small.Sessions));

        Assert.Equal(LayerFaultKind.NoFloat32Model, invalid.Kind);
        Assert.Contains("VGG16 is not there in float32", invalid.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ResNet50", invalid.Message, StringComparison.Ordinal);
        Assert.Contains("./pipeline models pull --force", invalid.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Key, string Output, Precision Precision, Resampling Resampling)> Shown(
        IEnumerable<ComparedLayer> layers) =>
        layers.Select(layer => (layer.Model.Key, layer.Output, layer.Model.Precision, layer.Resampling));
}
