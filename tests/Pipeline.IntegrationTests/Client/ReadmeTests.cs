using System.Text.RegularExpressions;
using Pipeline.Client;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Client;

/// <summary>The example of the package's README is the one below.</summary>
[Collection(nameof(RunningPipeline))]
public partial class ReadmeTests(RunningPipeline pipeline)
{
    [Fact]
    public async Task The_example_runs()
    {
        await pipeline.UploadAndWaitAsync(("client/readme/vase.jpg", await File.ReadAllBytesAsync(
            Repository.Path("samples", "vase-1.jpg"), TestContext.Current.CancellationToken)));
        var output = new StringWriter();

        await RunExampleAsync(pipeline.App.Client.BaseAddress!, null, Repository.Path("samples", "vase-1.jpg"), output);

        Assert.Matches(@"client/readme/vase\.jpg [0-9.]+", output.ToString());
    }

    [Fact]
    public void The_example_is_that_of_the_readme()
    {
        string source = File.ReadAllText(Repository.Path("tests", "Pipeline.IntegrationTests", "Client", "ReadmeTests.cs"));
        string readme = File.ReadAllText(Repository.Path("src", "Pipeline.Client", "README.md"));

        string example = Indentation().Replace(Example().Match(source).Groups[1].Value, "");

        Assert.Contains($"```csharp\n{example}```", readme, StringComparison.Ordinal);
    }

    private static async Task RunExampleAsync(Uri address, string? key, string path, TextWriter output)
    {
        // Example:
        using var client = new PipelineClient(address, key);
        await using FileStream image = File.OpenRead(path);
        SimilarResponse response = await client.FindSimilarAsync(image, new SimilarOptions { Top = 5 });
        foreach (FusedImage match in response.Fused)
        {
            output.WriteLine($"{match.Name} {match.Score:0.00}");
        }

        // End.
    }

    [GeneratedRegex(@"// Example:\n(.*?)\n +// End\.", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("^ {8}", RegexOptions.Multiline)]
    private static partial Regex Indentation();
}
