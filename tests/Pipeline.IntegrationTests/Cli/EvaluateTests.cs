using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary><c>pipeline evaluate</c> as a user runs it.</summary>
public sealed class EvaluateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-evaluate-").FullName;

    public EvaluateTests()
    {
        foreach (string name in (string[])["vase-1.jpg", "vase-2.jpg", "fish-1.jpg", "fish-2.jpg"])
        {
            string group = Path.Combine(_folder, "photos", name.Split('-')[0]);
            Directory.CreateDirectory(group);
            File.Copy(Repository.Path("samples", name), Path.Combine(group, name));
        }

        File.WriteAllText(Path.Combine(_folder, "photos", "broken.jpg"), "no image");
    }

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_folder_of_groups_becomes_three_files_and_two_tables()
    {
        (int exitCode, string output) = await CommandProcess.RunAsync(
            "evaluate", Path.Combine(_folder, "photos"), "--copies", "1", "--model", "resnet50", "-o", Out);

        Assert.Equal(0, exitCode);
        Assert.Equal(
            ["evaluation.csv", "evaluation.html", "evaluation.json"],
            Directory.EnumerateFiles(Out).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        JsonNode evaluation = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(Out, "evaluation.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal(
            ["resnet50", "fused", "fused-reciprocal-ranks"],
            evaluation["lists"]!.AsArray().Select(list => list!["key"]!.GetValue<string>()));
        Assert.Equal(4, evaluation["lists"]![0]!["groups"]!["queries"]!.GetValue<int>());
        Assert.Equal("broken.jpg", Assert.Single(evaluation["refused"]!.AsArray())!["name"]!.GetValue<string>());
        Assert.Contains("Evaluating 5 images: done in", output, StringComparison.Ordinal);
        Assert.Contains("Groups: 4 queries", output, StringComparison.Ordinal);
        Assert.Contains("1 file was not accepted.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_of_the_groups_that_names_no_image_is_an_error_with_its_line()
    {
        string groups = Path.Combine(_folder, "groups.csv");
        await File.WriteAllTextAsync(groups, "name,group\r\nfish/fish-9.jpg,fish\r\n", TestContext.Current.CancellationToken);

        (int exitCode, string output) = await CommandProcess.RunAsync(
            "evaluate", Path.Combine(_folder, "photos"), "--groups", groups, "-o", Out);

        Assert.Equal(1, exitCode);
        Assert.Contains("line 2: there is no image 'fish/fish-9.jpg' in the folder", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }
}
