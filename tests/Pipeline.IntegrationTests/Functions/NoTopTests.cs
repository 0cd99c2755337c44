using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>An app with VGG16 without its dense layers, ResNet50 with them, and the names of the classes.</summary>
public sealed class NoTopTests(SeededModels models) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-no-top-").FullName;
    private Azurite? _azurite;
    private FunctionApp? _app;

    public async ValueTask InitializeAsync()
    {
        ModelDefinition vgg16 = ModelCatalogue.Default().Models.Single(model => model.Key == "vgg16");
        await ModelBuilder.BuildAsync(vgg16, new SeededWeights(1), withTop: false, _folder, TestContext.Current.CancellationToken);
        foreach (string file in Directory.GetFiles(models.Folder, "resnet50.*"))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        var classes = Enumerable.Range(0, 1000).ToDictionary(
            number => $"{number}", number => new[] { $"n{number:00000000}", $"label_{number}" });
        await File.WriteAllTextAsync(
            Path.Combine(_folder, ClassIndex.FileName), JsonSerializer.Serialize(classes), TestContext.Current.CancellationToken);
        _azurite = await Azurite.StartNewAsync();
        _app = await FunctionApp.StartAsync(_azurite, _folder);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Everything_but_the_predictions_of_the_model_without_its_top_is_answered()
    {
        byte[] image = TestImages.Reference("baseline.jpg");

        using HttpResponseMessage both = await _app!.PostAsync("predictions", image, "image/jpeg");
        await FunctionApp.AssertProblemAsync(
            both,
            HttpStatusCode.Conflict,
            "no-predictions",
            "VGG16 was installed without the dense layers, which make the predictions. Get the complete model: ./pipeline models pull");
        using HttpResponseMessage stored = await _app.Client.GetAsync(
            "predictions/any.jpg?model=vgg16", TestContext.Current.CancellationToken);
        await FunctionApp.AssertProblemAsync(stored, HttpStatusCode.Conflict, "no-predictions", "VGG16");

        using HttpResponseMessage resNet50 = await _app.PostAsync("predictions?model=resnet50", image, "image/jpeg");
        JsonNode predictions = await FunctionApp.ReadAsync(resNet50, HttpStatusCode.OK);
        Assert.True(predictions["labelled"]!.GetValue<bool>());
        Assert.All(predictions["models"]!["resnet50"]!["predictions"]!.AsArray(), prediction =>
        {
            int number = prediction!["class"]!.GetValue<int>();
            Assert.Equal(
                ($"n{number:00000000}", $"label_{number}"),
                (prediction["wnid"]!.GetValue<string>(), prediction["label"]!.GetValue<string>()));
        });

        using HttpResponseMessage maps = await _app.PostAsync("feature-maps?block=5", image, "image/jpeg");
        (_, RgbImage grid) = await PngFile.ReadAsync(maps);
        Assert.Equal(914, grid.Width);

        using var form = new MultipartFormDataContent { { new ByteArrayContent(image), "a" }, { new ByteArrayContent(image), "b" } };
        using HttpResponseMessage compared = await _app.Client.PostAsync("compare", form, TestContext.Current.CancellationToken);
        JsonNode pair = await FunctionApp.ReadAsync(compared, HttpStatusCode.OK);
        Assert.Equal("block5_pool", pair["models"]!["vgg16"]!["layer"]!.GetValue<string>());
        Assert.Equal(1f, pair["models"]!["vgg16"]!["cosine"]!.GetValue<float>(), 1e-6f);
    }
}
