using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>The demo as a new user runs it.</summary>
[Collection(nameof(Checkout))]
public class DemoTests
{
    private const int Terminate = 15;

    // Files of an earlier demo that was killed are ignored.
    private readonly string[] _before = Leftovers();

    [Fact]
    public async Task The_demo_answers_with_both_models_and_leaves_nothing_behind()
    {
        (int exitCode, string output) = await CommandProcess.RunAsync("demo");

        Assert.True(exitCode == 0, output);
        Assert.Equal(HasUntrainedModels(), output.Contains("UNTRAINED MODELS", StringComparison.Ordinal));
        Assert.Contains("Most similar to fish-1.jpg", output, StringComparison.Ordinal);
        Assert.Matches(@"│ 1 │ fish-1\.jpg\s+│ 1\.0000 │ fish-1\.jpg\s+│ 1\.0000 │ fish-1\.jpg", output);
        Assert.Matches(@"│ 5 │ \S+\s+│ 0\.\d{4} │ \S+\s+│ 0\.\d{4} │ \S+", output);
        Assert.DoesNotContain('\u001b', output);
        Assert.Empty(Leftovers().Except(_before));
    }

    [Fact]
    public async Task A_demo_with_an_invalid_image_fails_and_says_why()
    {
        string folder = Directory.CreateTempSubdirectory("samples").FullName;
        try
        {
            for (int i = 0; i < 5; i++)
            {
                await File.WriteAllBytesAsync(
                    Path.Combine(folder, $"good-{i}.bmp"), TestImages.Bitmap(i), TestContext.Current.CancellationToken);
            }

            await File.WriteAllTextAsync(Path.Combine(folder, "text.jpg"), "this is text", TestContext.Current.CancellationToken);

            (int exitCode, string output) = await CommandProcess.RunAsync("demo", "--samples", folder);

            Assert.Equal(1, exitCode);
            Assert.Contains("'text.jpg' could not be embedded by", output, StringComparison.Ordinal);
            Assert.Contains("functions.log", output, StringComparison.Ordinal);
            Assert.DoesNotContain("at Pipeline.Cli", output, StringComparison.Ordinal);
            Assert.Empty(Leftovers().Except(_before));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_demo_that_is_terminated_halfway_cleans_up()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        await using CommandProcess command = CommandProcess.Start("demo");
        await command.WaitForOutputAsync("Embedding them");

        int exitCode = await command.SignalAsync(Terminate);

        Assert.Equal(128 + Terminate, exitCode);
        Assert.Empty(Leftovers().Except(_before));
    }

    // If the checkout has trained models, the test uses them.
    private static bool HasUntrainedModels() => ModelCatalogue.Default().Models.Any(
        model => InstalledModel.Find(model, Repository.Path("models"))!.Weights == WeightsOrigin.Untrained);

    private static string[] Leftovers() =>
        Directory.Exists(Repository.Path(".pipeline")) ? Directory.GetDirectories(Repository.Path(".pipeline"), "demo-*") : [];
}
