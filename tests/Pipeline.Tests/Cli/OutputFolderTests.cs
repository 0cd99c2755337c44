using Pipeline.Cli;
using Pipeline.Cli.Images;

namespace Pipeline.Tests.Cli;

public sealed class OutputFolderTests : IDisposable
{
    private static readonly byte[] Content = [1, 2, 3];

    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-output-").FullName;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Files_appear_together_when_all_are_complete()
    {
        string folder = Path.Combine(_root, "a", "b");
        using (var output = OutputFolder.Open(folder))
        {
            Assert.Empty(Entries());
            await output.WriteAsync("one", Content, CancellationToken);
            await output.WriteAsync("two", Content, CancellationToken);
            Assert.False(File.Exists(Path.Combine(folder, "one")));
            output.Complete();
        }

        Assert.Equal(["a", "a/b", "a/b/one", "a/b/two"], Entries());
    }

    [Fact]
    public async Task Folders_that_were_created_go_if_the_work_is_not_completed()
    {
        using (var output = OutputFolder.Open(Path.Combine(_root, "a", "b")))
        {
            await output.WriteAsync("one", Content, CancellationToken);
        }

        Assert.Empty(Entries());
    }

    [Fact]
    public async Task What_was_there_stays_as_it_was()
    {
        Directory.CreateDirectory(Path.Combine(_root, "a"));
        await File.WriteAllTextAsync(Path.Combine(_root, "a", "one"), "old", CancellationToken);
        using (var output = OutputFolder.Open(Path.Combine(_root, "a")))
        {
            await output.WriteAsync("one", Content, CancellationToken);
        }

        Assert.Equal(["a", "a/one"], Entries());
        Assert.Equal("old", await File.ReadAllTextAsync(Path.Combine(_root, "a", "one"), CancellationToken));
    }

    [Fact]
    public async Task What_somebody_else_puts_into_a_created_folder_stays()
    {
        using (var output = OutputFolder.Open(Path.Combine(_root, "a")))
        {
            await output.WriteAsync("one", Content, CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(_root, "a", "mine"), "", CancellationToken);
        }

        Assert.Equal(["a", "a/mine"], Entries());
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_refused_before_the_work()
    {
        string file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");

        Assert.Contains("is a file", Assert.Throws<CommandFailure>(() => OutputFolder.Open(file)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "cannot be written: ",
            Assert.Throws<CommandFailure>(() => OutputFolder.Open(Path.Combine(file, "below"))).Message,
            StringComparison.Ordinal);
    }

    private string[] Entries() =>
    [
        .. Directory.EnumerateFileSystemEntries(_root, "*", SearchOption.AllDirectories)
            .Select(entry => Path.GetRelativePath(_root, entry).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];
}
