using System.Diagnostics;
using Pipeline.Cli;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Setup;

namespace Pipeline.Tests.Cli;

public sealed class ChildProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("children").FullName;

    private string Log => Path.Combine(_folder, "logs", "child.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_failed_tool_is_reported_with_its_last_lines_and_its_log()
    {
        Task Run() => Tool.RunAsync(
            "the tool",
            Node("for (let i = 0; i < 40; i++) console.log(`line ${i}.`); console.error('broken'); process.exitCode = 7"),
            Log,
            TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<CommandFailure>(Run);

        Assert.StartsWith("the tool failed with exit code 7.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("broken", failure.Message, StringComparison.Ordinal);
        Assert.Contains("line 39.", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("line 3.", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Log, failure.Message, StringComparison.Ordinal);
        Assert.Equal(41, File.ReadAllLines(Log).Length);
    }

    [Fact]
    public async Task A_missing_program_is_named()
    {
        Task Run() => Tool.RunAsync("the tool", new ProcessStartInfo("no-such-program"), Log, TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<CommandFailure>(Run);

        Assert.Contains("'no-such-program'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_gets_a_signal_before_it_is_killed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals; programs are ended there without being asked.");
        ChildProcess child = ChildProcess.Start(
            "a child",
            Node("process.on('SIGTERM', () => { console.log('goodbye'); process.exit(0); }); setInterval(() => {}, 1000); " +
                "console.log('ready')"),
            Log,
            TimeSpan.FromSeconds(30));
        await WaitForLogAsync("ready");

        await child.DisposeAsync();

        Assert.Contains("goodbye", File.ReadAllText(Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_ignores_the_signal_is_killed()
    {
        ChildProcess child = ChildProcess.Start(
            "a child", Node(
                "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ready')"), Log, TimeSpan.FromMilliseconds(200));
        await WaitForLogAsync("ready");
        int id = child.Id;

        await child.DisposeAsync();

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(id));
    }

    private static ProcessStartInfo Node(string script) => new("node", ["-e", script]);

    private async Task WaitForLogAsync(string text)
    {
        while (!ReadLog().Contains(text, StringComparison.Ordinal))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private string ReadLog()
    {
        using var reader = new StreamReader(new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
