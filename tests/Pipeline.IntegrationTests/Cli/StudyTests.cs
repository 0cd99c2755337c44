using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary><c>pipeline study</c> as a user runs it.</summary>
public sealed class StudyTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"study-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task Three_images_become_three_files_and_a_few_tables()
    {
        (int exitCode, string output) = await CommandProcess.RunAsync(
            "study", Sample("vase-1.jpg"), Sample("vase-2.jpg"), Sample("fish-1.jpg"), "-n", "2", "--seed", "9", "-o", _folder);

        Assert.Equal(0, exitCode);
        Assert.Equal(
            ["study.csv", "study.html", "study.json"],
            Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        JsonNode study = await ReadJsonAsync();
        Assert.Equal(
            ["vase-1.jpg", "vase-2.jpg", "fish-1.jpg"],
            study["pictures"]!.AsArray().Select(image => image!["name"]!.GetValue<string>()));
        Assert.Equal(9, study["conditions"]!["seed"]!.GetValue<int>());
        Assert.Contains("Studying 3 images: done in", output, StringComparison.Ordinal);
        Assert.Contains("What is in vase-1.jpg", output, StringComparison.Ordinal);
        Assert.Contains("vase-1.jpg / fish-1.jpg", output, StringComparison.Ordinal);
        Assert.Contains(
            study["pairs"]![1]!["cosines"]!["vgg16:fc2"]!.GetValue<double>().ToString("0.0000"), output, StringComparison.Ordinal);
        Assert.Contains("study.html, study.json and study.csv are in", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_published_study_is_repeated_and_compared_with_its_figures()
    {
        string images = Repository.Path("..", "shared", "study");
        Assert.SkipUnless(Directory.Exists(images), $"There is no '{images}': the study's photographs are not part of the repository.");

        (int exitCode, string output) = await CommandProcess.RunAsync("study", "--published", images, "-n", "0", "-o", _folder);

        Assert.Equal(0, exitCode);
        JsonNode published = (await ReadJsonAsync())["published"]!;
        Assert.Equal(21, published["figures"]!.AsArray().Count);
        Assert.Equal(0.01, published["tolerance"]!.GetValue<double>());
        Assert.All(published["figures"]!.AsArray(), figure => Assert.Equal(
            figure!["ours"]!.GetValue<double>() - figure["published"]!["value"]!.GetValue<double>(),
            figure["difference"]!.GetValue<double>(),
            1e-12));
        Assert.Contains("vase / flowerpot", output, StringComparison.Ordinal);
        Assert.Contains("0.2952", output, StringComparison.Ordinal);
        Assert.Contains(published["conclusion"]!.GetValue<string>(), output, StringComparison.Ordinal);
        Assert.Contains("The published similarity study, repeated", await File.ReadAllTextAsync(
            Path.Combine(_folder, "study.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_the_published_images_gives_a_message_and_exit_code_1()
    {
        Directory.CreateDirectory(_folder);

        (int exitCode, string output) = await CommandProcess.RunAsync("study", "--published", _folder);

        Assert.Equal(1, exitCode);
        Assert.Contains("vase.jpg, vase2.jpg, flowerpot.jpg and 10 more are missing", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_image_gives_a_message_and_exit_code_1_and_no_folder()
    {
        (int exitCode, string output) = await CommandProcess.RunAsync(
            "study", Sample("vase-1.jpg"), Repository.Path("README.md"), "-o", _folder);

        Assert.Equal(1, exitCode);
        Assert.Contains("README.md' is not accepted as an image.", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public async Task Interrupted_it_ends_with_130_and_leaves_no_half_report()
    {
        await using CommandProcess command = CommandProcess.Start("study", Sample("vase-1.jpg"), "-n", "50", "-o", _folder);
        await command.WaitForOutputAsync("Studying 1 image...");

        int exitCode = await command.SignalAsync(2);

        Assert.Equal(130, exitCode);
        Assert.False(Directory.Exists(_folder));
    }

    private async Task<JsonNode> ReadJsonAsync() =>
        JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(_folder, "study.json"), TestContext.Current.CancellationToken))!;

    private static string Sample(string name) => Repository.Path("samples", name);
}
