using System.Text.Json;
using Pipeline.Cli;
using Pipeline.Cli.Augment;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Cli;

public sealed class AugmentationRunTests : IDisposable
{
    private static readonly FileInfo Original = new(Repository.Path("tests", "reference", "fixtures", "images", "rgb.png"));

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"augment-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_record_makes_each_image_again()
    {
        await RunAsync(Original, seed: 3, count: 2);

        using JsonDocument record = JsonDocument.Parse(await ReadAsync("augmentation.json"));
        JsonElement root = record.RootElement;
        Assert.Equal(
            ("rgb.png", 97, 61, 3, 30.0),
            (root.GetProperty("file").GetString()!, root.GetProperty("width").GetInt32(), root.GetProperty("height").GetInt32(),
                root.GetProperty("seed").GetInt32(), root.GetProperty("ranges").GetProperty("rotation").GetDouble()));
        Assert.Equal(2, root.GetProperty("pictures").GetArrayLength());
        RgbImage original = Picture.Load("rgb.png");
        foreach (JsonElement entry in root.GetProperty("pictures").EnumerateArray())
        {
            AugmentationTransform transform = entry.GetProperty("transform").Deserialize<AugmentationTransform>(JsonSerializerOptions.Web);
            RgbImage written = Picture.Decode(await ReadAsync(entry.GetProperty("file").GetString()!));
            Assert.Equal(Augmentation.Apply(original, transform).Pixels.ToArray(), written.Pixels.ToArray());
        }
    }

    [Fact]
    public async Task Only_whole_files_are_left_and_those_of_others_stay()
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(InFolder("notes.txt"), "mine", TestContext.Current.CancellationToken);

        await RunAsync(Original, seed: 1, count: 1);
        await RunAsync(Original, seed: 2, count: 1);

        Assert.Equal(
            ["augmentation.json", "contact-sheet.png", "notes.txt", "rgb-augmented-00.png"],
            Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_invalid_image_is_refused_by_name_and_nothing_is_written()
    {
        var text = new FileInfo(Repository.Path("README.md"));

        CommandFailure failure = await Assert.ThrowsAsync<CommandFailure>(() => RunAsync(text, seed: 1, count: 1));

        Assert.Contains("README.md' is not accepted as an image.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("JPEG, PNG, WebP, GIF, BMP and TIFF are accepted", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public async Task A_file_in_place_of_the_folder_is_reported()
    {
        await File.WriteAllTextAsync(_folder, "", TestContext.Current.CancellationToken);
        try
        {
            CommandFailure failure = await Assert.ThrowsAsync<CommandFailure>(() => RunAsync(Original, seed: 1, count: 1));

            Assert.Contains("is a file. Name a folder with -o.", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(_folder);
        }
    }

    [Fact]
    public async Task A_stop_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Progress(() => stop.Cancel());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new AugmentationRun(Original, "rgb", seed: 1, count: 100, _folder).WriteAsync(progress, stop.Token));

        Assert.False(Directory.Exists(_folder));
    }

    private Task RunAsync(FileInfo image, int seed, int count) => new AugmentationRun(image, "rgb", seed, count, _folder)
        .WriteAsync(new Progress(() => { }), TestContext.Current.CancellationToken);

    private Task<byte[]> ReadAsync(string file) => File.ReadAllBytesAsync(InFolder(file), TestContext.Current.CancellationToken);

    private string InFolder(string file) => Path.Combine(_folder, file);

    private sealed class Progress(Action reported) : IProgress<StageProgress>
    {
        public void Report(StageProgress value) => reported();
    }
}
