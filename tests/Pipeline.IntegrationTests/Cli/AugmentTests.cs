using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary><c>pipeline augment</c> as a user runs it.</summary>
public sealed class AugmentTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"augment-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_seed_gives_the_same_bytes_in_each_run()
    {
        string image = Repository.Path("samples", "vase-1.jpg");

        (int exitCode, string output) = await CommandProcess.RunAsync("augment", image, "-n", "3", "--seed", "5", "-o", InFolder("one"));
        (int again, _) = await CommandProcess.RunAsync("augment", image, "-n", "2", "--seed", "5", "-o", InFolder("two"));

        Assert.Equal((0, 0), (exitCode, again));
        Assert.Contains("3 images, contact-sheet.png and augmentation.json are in", output, StringComparison.Ordinal);
        Assert.Equal(
            ["augmentation.json", "contact-sheet.png", "vase-1-augmented-00.png", "vase-1-augmented-01.png", "vase-1-augmented-02.png"],
            Directory.EnumerateFiles(InFolder("one")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(await ReadAsync("one", "vase-1-augmented-00.png"), await ReadAsync("two", "vase-1-augmented-00.png"));
        Assert.Equal(await ReadAsync("one", "vase-1-augmented-01.png"), await ReadAsync("two", "vase-1-augmented-01.png"));
        Assert.NotEqual(await ReadAsync("one", "vase-1-augmented-00.png"), await ReadAsync("one", "vase-1-augmented-01.png"));
    }

    [Fact]
    public async Task An_invalid_image_gives_a_message_and_exit_code_1()
    {
        (int exitCode, string output) = await CommandProcess.RunAsync("augment", Repository.Path("README.md"), "-o", InFolder("none"));

        Assert.Contains("is not accepted as an image", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
        Assert.False(Directory.Exists(InFolder("none")));
    }

    private string InFolder(string name) => Path.Combine(_folder, name);

    private Task<byte[]> ReadAsync(string folder, string file) =>
        File.ReadAllBytesAsync(Path.Combine(_folder, folder, file), TestContext.Current.CancellationToken);
}
