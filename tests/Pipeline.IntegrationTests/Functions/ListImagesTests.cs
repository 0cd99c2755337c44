using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class ListImagesTests(RunningPipeline pipeline)
{
    [Fact]
    public async Task Pages_together_list_every_image_once()
    {
        string[] names = [.. Enumerable.Range(0, 105).Select(i => $"pages/{i:d3}.bmp")];
        foreach (string name in names)
        {
            await pipeline.UploadAsync(name, TestImages.Bitmap(5000));
        }

        JsonNode first = await pipeline.App.GetAsync("images?prefix=pages/");
        JsonNode second = await pipeline.App.GetAsync(
            $"images?prefix=pages/&continue={Uri.EscapeDataString(first["continue"]!.GetValue<string>())}");

        Assert.Equal(100, first["images"]!.AsArray().Count);
        Assert.Null(second["continue"]);
        Assert.Equal(
            names, first["images"]!.AsArray().Concat(second["images"]!.AsArray()).Select(image => image!["name"]!.GetValue<string>()));
        Assert.All(first["images"]!.AsArray(), image => Assert.Equal(
            ["vgg16", "resnet50"], image!["models"]!.AsObject().Select(model => model.Key)));
    }

    [Fact]
    public async Task A_prefix_that_nothing_has_gives_an_empty_page()
    {
        JsonNode page = await pipeline.App.GetAsync("images?prefix=nothing-is-named-so");

        Assert.Empty(page["images"]!.AsArray());
        Assert.Null(page["continue"]);
    }

    [Fact]
    public async Task Health_reports_models_index_and_storage_without_naming_the_account()
    {
        await pipeline.App.FindSimilarAsync(TestImages.Bitmap(1), "?top=1");

        JsonNode health = await pipeline.App.GetAsync("health");

        Assert.True(health["storage"]!["reachable"]!.GetValue<bool>());
        Assert.True(health["models"]!["vgg16"]!["loaded"]!.GetValue<bool>());
        Assert.Equal("untrained", health["models"]!["resnet50"]!["weights"]!.GetValue<string>());
        Assert.NotNull(health["models"]!["resnet50"]!["indexAgeSeconds"]);
        Assert.DoesNotContain("127.0.0.1", health.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("devstoreaccount1", health.ToJsonString(), StringComparison.Ordinal);
    }
}
