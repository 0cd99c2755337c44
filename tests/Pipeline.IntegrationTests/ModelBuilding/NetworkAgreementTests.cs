using System.Text.Json;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;
using Pipeline.Tests.ModelBuilding;

namespace Pipeline.IntegrationTests.ModelBuilding;

/// <summary>
/// Both models at full size against PyTorch in float64 with the same seeded weights (<c>tests/reference/networks.py</c>).
/// </summary>
public class NetworkAgreementTests(SeededModels models)
{
    [Theory]
    [InlineData("vgg16")]
    [InlineData("resnet50")]
    public async Task Every_output_agrees_with_PyTorch(string key)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "networks.json")));
        JsonElement reference = json.RootElement.GetProperty(key);
        ModelDefinition definition = ModelCatalogue.Default().Models.Single(model => model.Key == key);
        using var session = new ModelSession(InstalledModel.FindFloat32(definition, models.Folder)!);

        NetworkReference.AssertAgreement(reference, await session.RunAsync(
            [NetworkReference.Image()],
            [.. reference.EnumerateObject().Select(output => output.Name)],
            TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("vgg16", 4096)]
    [InlineData("resnet50", 2048)]
    public async Task An_embedding_has_norm_one_and_the_catalogues_length(string key, int length)
    {
        using var session = new ModelSession(models.Installed.Single(model => model.Key == key));

        Embedding embedding = await session.EmbedAsync(NetworkReference.Image(), TestContext.Current.CancellationToken);

        Assert.Equal(length, embedding.Values.Length);
        Assert.Equal(1, NetworkReference.Norm(embedding.Values.ToArray().Select(value => (double)value)), 1e-5);
        Assert.True(embedding.Norm > 0);
    }

    [Theory]
    [InlineData("vgg16")]
    [InlineData("resnet50")]
    public async Task Images_of_a_batch_do_not_touch_each_other(string key)
    {
        InstalledModel model = models.Installed.Single(model => model.Key == key);
        using var session = new ModelSession(model);
        var black = new RgbImage(224, 224, new byte[224 * 224 * 3]);
        string[] outputs = [model.Definition.EmbeddingOutput];

        ModelOutput both = (await session.RunAsync([NetworkReference.Image(), black], outputs, TestContext.Current.CancellationToken))[0];
        ModelOutput alone = (await session.RunAsync([black], outputs, TestContext.Current.CancellationToken))[0];

        float[] second = both.Values.ToArray()[model.Definition.EmbeddingLength..];
        double difference = NetworkReference.Norm(alone.Values.ToArray().Zip(second, (a, b) => (double)a - b));
        Assert.InRange(difference / NetworkReference.Norm(second.Select(value => (double)value)), 0, 1e-5);
    }

    [Fact]
    public async Task Dense_kernels_in_8_bits_move_the_cosine_of_a_pair_by_less_than_a_thousandth()
    {
        ModelDefinition definition = ModelCatalogue.Default().Models.Single(model => model.Key == "vgg16");
        using var decoder = new ImageDecoder(new ImageLimits());
        RgbImage[] images =
        [
            .. Directory.GetFiles(Repository.Path("samples"), "*.jpg").Order().Take(8).Select(path =>
            {
                Assert.True(decoder.TryDecode(File.ReadAllBytes(path), 224, 224, Resampling.Quality, out DecodedImage? image, out _));
                return image.Pixels;
            }),
        ];
        double[] searched = await CosinesAsync(models.Installed.Single(model => model.Key == "vgg16"));
        double[] studied = await CosinesAsync(InstalledModel.FindFloat32(definition, models.Folder)!);

        double[] differences = [.. searched.Zip(studied, (left, right) => Math.Abs(left - right))];
        Assert.Equal(28, differences.Length);
        Assert.InRange(differences.Max(), 1e-8, 1e-3);

        async Task<double[]> CosinesAsync(InstalledModel model)
        {
            using var session = new ModelSession(model);
            var vectors = new List<double[]>();
            foreach (RgbImage image in images)
            {
                Embedding embedding = await session.EmbedAsync(image, TestContext.Current.CancellationToken);
                vectors.Add([.. embedding.Values.ToArray().Select(value => (double)value)]);
            }

            return [.. from i in Enumerable.Range(0, vectors.Count) from j in Enumerable.Range(0, i) select vectors[i].Zip(
                vectors[j], (a, b) => a * b).Sum()];
        }
    }

    [Fact]
    public async Task An_unknown_output_is_refused_with_those_that_exist()
    {
        using var session = new ModelSession(models.Installed.Single(model => model.Key == "resnet50"));

        ArgumentException exception = await Assert.ThrowsAsync<ArgumentException>(
            () => session.RunAsync([NetworkReference.Image()], ["fc9"], TestContext.Current.CancellationToken));

        Assert.Contains("no output 'fc9'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("avg_pool", exception.Message, StringComparison.Ordinal);
    }
}
