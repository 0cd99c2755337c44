using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

public class ModelCatalogueTests
{
    [Fact]
    public void The_catalogue_holds_both_models_of_the_study_and_the_one_that_comes_trained()
    {
        IReadOnlyList<ModelDefinition> models = ModelCatalogue.Default().Models;

        Assert.Equal(["vgg16", "resnet50", "resnet18"], models.Select(model => model.Key));
        Assert.Equal([4096, 2048, 512], models.Select(model => model.EmbeddingLength));
        Assert.All(models, model => Assert.Equal(
            (224, ChannelOrder.Bgr, Resampling.Quality), (model.InputSize, model.ChannelOrder, model.Resampling)));
        Assert.All(models.Take(2), model => Assert.Equal([103.939f, 116.779f, 123.68f], model.Mean));
    }

    [Theory]
    [InlineData("key", "\"a-b\"", "key must be 1 to 32 lower-case ASCII letters and digits")]
    [InlineData("inputSize", "100", "inputSize must be a multiple of 32")]
    [InlineData("mean", "[1, 2]", "mean must have three values")]
    [InlineData("scale", "[1, 0, 1]", "scale must have three values above 0")]
    [InlineData("embeddingLength", "20000", "embeddingLength must be from 1 to 16,000")]
    [InlineData("classes", "-1", "classes must be 0 or more")]
    [InlineData("channelOrder", "\"cmyk\"", "channelOrder")]
    [InlineData("colour", "1", "colour")]
    public void A_wrong_entry_is_refused_by_what_is_wrong(string property, string value, string message)
    {
        JsonNode catalogue = Entries();
        catalogue["models"]![0]![property] = JsonNode.Parse(value);

        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Read(catalogue)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_models_cannot_share_a_key()
    {
        JsonNode catalogue = Entries();
        catalogue["models"]![1]!["key"] = "vgg16";

        Assert.Contains(
            "two models share a key", Assert.Throws<InvalidDataException>(() => Read(catalogue)).Message, StringComparison.Ordinal);
    }

    private static JsonNode Entries() => JsonNode.Parse(File.ReadAllText(Repository.Path("models", "models.json")))!;

    private static ModelCatalogue Read(JsonNode catalogue) =>
        ModelCatalogue.Read(new MemoryStream(Encoding.UTF8.GetBytes(catalogue.ToJsonString())));
}
