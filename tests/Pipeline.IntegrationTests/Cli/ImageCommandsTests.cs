using System.Text.Json.Nodes;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.ModelBuilding;

namespace Pipeline.IntegrationTests.Cli;

/// <summary><c>pipeline predict</c>, <c>feature-maps</c> and <c>compare</c> as a user runs them, with the models of the checkout.</summary>
public sealed class ImageCommandsTests : IDisposable
{
    private static readonly string First = Repository.Path("samples", "vase-1.jpg");
    private static readonly string Second = Repository.Path("samples", "vase-2.jpg");

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"images-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task Predictions_are_a_table_for_people()
    {
        (int exitCode, string output) = await CommandProcess.RunAsync("predict", First, "--top", "3");

        Assert.Equal(0, exitCode);
        Assert.Contains("What is in vase-1.jpg", output, StringComparison.Ordinal);
        Assert.Matches("VGG16 \\((untrained|imagenet)\\)", output);
        Assert.Matches("ResNet50 \\((untrained|imagenet)\\)", output);
        Assert.Contains("│ 3 │", output, StringComparison.Ordinal);
        Assert.DoesNotContain("│ 4 │", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predictions_are_JSON_and_nothing_else_for_programs()
    {
        await using CommandProcess command = CommandProcess.Start("predict", First, "--top", "3", "--json");

        Assert.Equal(0, await command.WaitForExitAsync());
        JsonNode report = JsonNode.Parse(command.StandardOutput)!;
        Assert.Equal(
            ("vase-1.jpg", 480, 360),
            (report["file"]!.GetValue<string>(), report["width"]!.GetValue<int>(), report["height"]!.GetValue<int>()));
        Assert.All((string[])["vgg16", "resnet50"], key =>
        {
            JsonNode model = report["models"]![key]!;
            Assert.Contains(model["weights"]!.GetValue<string>(), (string[])["untrained", "imagenet"]);
            double[] probabilities =
                [.. model["predictions"]!.AsArray().Select(prediction => prediction!["probability"]!.GetValue<double>())];
            Assert.Equal(3, probabilities.Length);
            Assert.Equal(probabilities.OrderDescending(), probabilities);
        });
        Assert.Contains("Running the models on vase-1.jpg", command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feature_maps_are_a_grid_for_each_block_and_a_sheet_for_each_model()
    {
        (int exitCode, string output) = await CommandProcess.RunAsync("feature-maps", First, "-o", _folder);

        Assert.Equal(0, exitCode);
        string[] expected =
        [
            .. from model in (string[])["resnet18", "resnet50", "vgg16"]
               from what in (string[])["block1", "block2", "block3", "block4", "block5", "blocks"]
               select $"vase-1-{model}-{what}.png",
        ];
        Assert.Equal(expected, Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(expected, file => Assert.Contains(file, output, StringComparison.Ordinal));
        string drawn = Path.Combine(_folder, "vase-1-vgg16-block1.png");
        RgbImage grid = PngFile.Decode(await File.ReadAllBytesAsync(drawn, TestContext.Current.CancellationToken));
        Assert.Equal((1810, 1810), (grid.Width, grid.Height));
    }

    [Fact]
    public async Task A_block_of_a_model_is_one_grid()
    {
        (int exitCode, _) = await CommandProcess.RunAsync("feature-maps", First, "--model", "resnet50", "--block", "2", "-o", _folder);

        Assert.Equal(0, exitCode);
        Assert.Equal(["vase-1-resnet50-block2.png"], Directory.EnumerateFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_pair_is_compared_and_drawn()
    {
        string drawn = Path.Combine(_folder, "pair.png");
        await using CommandProcess command = CommandProcess.Start(
            "compare", First, Second, "--layers", "vgg16:fc2,resnet50:predictions", "--json", "-o", drawn);

        Assert.Equal(0, await command.WaitForExitAsync());
        JsonNode report = JsonNode.Parse(command.StandardOutput)!;
        Assert.Equal(("vase-1.jpg", "vase-2.jpg"), (report["a"]!["file"]!.GetValue<string>(), report["b"]!["file"]!.GetValue<string>()));
        Assert.Equal(
            ("fc2", "predictions"),
            (report["models"]!["vgg16"]!["layer"]!.GetValue<string>(), report["models"]!["resnet50"]!["layer"]!.GetValue<string>()));
        Assert.All((string[])["vgg16", "resnet50"], key => Assert.InRange(report["models"]![key]!["cosine"]!.GetValue<double>(), -1, 1));
        Assert.InRange(PngFile.Decode(await File.ReadAllBytesAsync(drawn, TestContext.Current.CancellationToken)).Width, 800, 1600);
        Assert.Equal(["pair.png"], Directory.EnumerateFiles(_folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("--layers vgg16:fc9", "'vgg16:fc9' is not one of vgg16:fc2", 1)]
    [InlineData("-o pair.jpg", "-o takes a file that ends with .png", 2)]
    public async Task An_error_in_a_comparison_gives_a_message(string option, string sentence, int expected)
    {
        (int exitCode, string output) = await CommandProcess.RunAsync(["compare", First, Second, .. option.Split(' ')]);

        Assert.Contains(sentence, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Equal(expected, exitCode);
    }

    [Theory]
    [InlineData("predict")]
    [InlineData("feature-maps")]
    [InlineData("compare")]
    public async Task An_invalid_image_is_refused_by_name_before_any_model_is_prepared(string name)
    {
        string text = Repository.Path("README.md");

        (int exitCode, string output) = await CommandProcess.RunAsync(name == "compare" ? [name, First, text] : [name, text]);

        Assert.Contains("README.md' is not accepted as an image. This is text; ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("VGG16", output, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }
}
