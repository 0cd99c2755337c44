using Pipeline.Cli;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Spectre.Console;

namespace Pipeline.Tests.Cli;

public sealed class SetupLockTests : IDisposable
{
    private static readonly TimeSpan WaitTimeout = TimeSpan.FromMinutes(5);

    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-setup-lock-").FullName;
    private readonly StringWriter _output = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _output.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_second_command_waits_for_the_first_and_says_so_once()
    {
        Task<IAsyncDisposable> second;
        await using (await AcquireAsync(_root))
        {
            second = AcquireAsync(_root);
            await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken);
            Assert.False(second.IsCompleted);
        }

        await (await second.WaitAsync(WaitTimeout, CancellationToken)).DisposeAsync();
        Assert.Equal($"Another ./pipeline is setting up this folder; waiting for it{_output.NewLine}", _output.ToString());
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_an_error_and_no_reason_to_wait()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making a link takes a right of its own there.");

        // A link to itself: the error that even root gets. A read-only disk and a full one come the same way.
        string file = Path.Combine(_root, ".pipeline", "setup.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.CreateSymbolicLink(file, file);

        CommandFailure failure = await Assert.ThrowsAsync<CommandFailure>(
            () => AcquireAsync(_root).WaitAsync(WaitTimeout, CancellationToken));

        Assert.StartsWith("This folder cannot be written: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task A_checkout_without_a_folder_for_its_state_is_an_error()
    {
        string file = Path.Combine(_root, "file");
        await File.WriteAllTextAsync(file, "", CancellationToken);

        CommandFailure failure = await Assert.ThrowsAsync<CommandFailure>(
            () => AcquireAsync(file).WaitAsync(WaitTimeout, CancellationToken));

        Assert.StartsWith("This folder cannot be written: ", failure.Message, StringComparison.Ordinal);
    }

    private Task<IAsyncDisposable> AcquireAsync(string root)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.No });
        return SetupLock.AcquireAsync(new SourceTree(root), new CommandConsole(console, _output, live: false), CancellationToken);
    }
}
