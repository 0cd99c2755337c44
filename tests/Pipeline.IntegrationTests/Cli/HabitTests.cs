using System.Diagnostics;
using Pipeline.Cli.Hosting;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>What people do to a command: interrupt it, pipe it, point it at what is no image file.</summary>
public sealed class HabitTests : IDisposable
{
    private static readonly string Vase = Repository.Path("samples", "vase-1.jpg");

    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-habits-").FullName;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // The models are loaded 0.1 to 2 s after the first line of the stage; the rest is inference.
    [Theory]
    [InlineData("study", 0)]
    [InlineData("study", 200)]
    [InlineData("study", 500)]
    [InlineData("study", 900)]
    [InlineData("feature-maps", 300)]
    [InlineData("augment", 100)]
    public async Task Interrupted_at_any_moment_a_command_says_nothing_and_leaves_nothing(string name, int milliseconds)
    {
        using Process process = Start(name, Vase, "-o", Path.Combine(_root, "a", "b"));
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken);
        await process.StandardOutput.ReadLineAsync(CancellationToken);
        await Task.Delay(milliseconds, CancellationToken);

        Signal.Send(process.Id, Signal.Interrupt);
        await process.StandardOutput.ReadToEndAsync(CancellationToken);
        await process.WaitForExitAsync(CancellationToken);

        Assert.Equal(("", 130), (await error, process.ExitCode));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public async Task A_pipe_is_read_to_its_end_and_an_endless_one_to_the_limit()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such files.");

        Assert.Equal(
            ("'/dev/zero' is not accepted as an image. The image has 20,971,521 bytes; at most 20,971,520 are allowed.\n", 1),
            await FailAsync("augment", "/dev/zero"));
    }

    [Fact]
    public async Task A_pipe_without_a_writer_can_be_interrupted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such files.");
        string pipe = Path.Combine(_root, "pipe.jpg");
        await Process.Start("mkfifo", [pipe]).WaitForExitAsync(CancellationToken);
        using Process process = Start("augment", pipe, "-o", Path.Combine(_root, "out"));
        await process.StandardOutput.ReadLineAsync(CancellationToken);
        await Task.Delay(500, CancellationToken);

        Signal.Send(process.Id, Signal.Interrupt);
        await process.WaitForExitAsync(CancellationToken).WaitAsync(Wait.Limit, CancellationToken);

        Assert.Equal(130, process.ExitCode);
    }

    [Fact]
    public async Task A_folder_is_named_as_one() =>
        Assert.Equal(("'samples' is a folder. Name an image file.\n", 1), await FailAsync("predict", "samples"));

    [Fact]
    public async Task Too_many_images_are_counted() => Assert.Equal(
        ("A study takes at most 26 images, not 27.\nSee ./pipeline study --help\n", 2),
        await FailAsync(["study", .. Enumerable.Repeat(Vase, 27)]));

    [Theory]
    [InlineData("a\u001b[31mb\nc.jpg", "a\\u001B[31mb\\u000Ac.jpg")]
    public async Task A_damaged_image_gives_one_sentence_with_its_name_escaped(string name, string shown)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Names there have no such characters.");
        string damaged = Path.Combine(_root, name);
        await File.WriteAllBytesAsync(damaged, (await File.ReadAllBytesAsync(Vase, CancellationToken))[..3000], CancellationToken);

        (string error, int exitCode) = await FailAsync("predict", damaged);

        Assert.StartsWith($"'{_root}/{shown}' is not accepted as an image. ", error, StringComparison.Ordinal);
        Assert.Equal((1, 1), (error.Count(character => character == '\n'), exitCode));
        Assert.DoesNotContain('\u001b', error);
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_an_error_and_one_that_nobody_reads_is_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The device that is always full is Linux'.");

        Assert.Equal(("", "0 0"), await ShellAsync("models list | head -1 >&2; echo ${PIPESTATUS[*]}", errorIs: ""));
        Assert.Equal(
            ("Standard output cannot be written: No space left on device", "1"), await ShellAsync("models list >/dev/full; echo $?"));
    }

    private async Task<(string Error, string Output)> ShellAsync(string line, string? errorIs = null)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"dotnet '{Program}' {line}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(CancellationToken);
        return (errorIs ?? error.Trim(), output.Trim());
    }

    private static async Task<(string Error, int ExitCode)> FailAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(CancellationToken);
        await output;
        await process.WaitForExitAsync(CancellationToken);
        return (error.ReplaceLineEndings("\n"), process.ExitCode);
    }

    private static string Program =>
        Repository.Path("src", "Pipeline.Cli", "bin", Repository.Configuration, "net10.0", "Pipeline.Cli.dll");

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [Program, .. arguments])
    {
        WorkingDirectory = Repository.Root,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
