using Pipeline.Cli;
using Pipeline.Cli.Studies;
using Pipeline.Imaging;
using Pipeline.Study;

namespace Pipeline.Tests.Cli;

public sealed class StudyFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-study-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_published_studys_images_are_read_in_their_order()
    {
        Write([.. PublishedFigures.Images, .. PublishedFigures.Variants.Select(name => $"augmented/{name}")]);

        StudyFiles files = await ReadAsync();

        Assert.Equal(["vase.jpg", "vase2.jpg", "flowerpot.jpg"], files.Images.Select(file => file.File.Name));
        Assert.Equal(PublishedFigures.Variants.Select(name => $"{name}.jpg"), files.Variants.Select(file => file.File.Name));
        Assert.Equal("augmented/vaseAI3", System.Text.Encoding.UTF8.GetString(files.Variants[3].Encoded.Span));
        Assert.Equal((true, "published"), (files.IsPublished, files.Name));
    }

    [Fact]
    public async Task One_that_is_missing_is_named_with_all_that_are_needed()
    {
        Write([.. PublishedFigures.Images, .. PublishedFigures.Variants.SkipLast(1).Select(name => $"augmented/{name}")]);

        CommandFailure failure = await Assert.ThrowsAsync<CommandFailure>(ReadAsync);

        Assert.Contains($"{Path.Combine("augmented", "vaseAI9.jpg")} is missing.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("vase.jpg, vase2.jpg, flowerpot.jpg", failure.Message, StringComparison.Ordinal);
        Assert.Contains("augmented/vaseAI0.jpg to augmented/vaseAI9.jpg", failure.Message, StringComparison.Ordinal);
        Assert.Contains("./pipeline study --published FOLDER", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_that_are_missing_a_few_are_named()
    {
        CommandFailure failure = await Assert.ThrowsAsync<CommandFailure>(ReadAsync);

        Assert.Contains("vase.jpg, vase2.jpg, flowerpot.jpg and 10 more are missing.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_over_the_size_limit_of_images_is_not_read()
    {
        Write("large");
        var limits = new ImageLimits { MaxBytes = 4 };

        CommandFailure failure = await Assert.ThrowsAsync<CommandFailure>(() => StudyFiles.ReadAsync(
            [new FileInfo(Path.Combine(_folder.FullName, "large.jpg"))], limits, TestContext.Current.CancellationToken));

        Assert.Contains("large.jpg", failure.Message, StringComparison.Ordinal);
        Assert.Contains("at most 4 are allowed", failure.Message, StringComparison.Ordinal);
    }

    private Task<StudyFiles> ReadAsync() => StudyFiles.ReadPublishedAsync(
        new SourceTree(Repository.Root), _folder, new ImageLimits(), TestContext.Current.CancellationToken);

    private void Write(params string[] names)
    {
        foreach (string name in names)
        {
            string path = Path.Combine(_folder.FullName, $"{name}.jpg");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, name);
        }
    }
}
