using Pipeline.Cli.Hosting;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>The command as a user's shell runs it: another process, its exit code and what it wrote.</summary>
internal sealed class CommandProcess : IAsyncDisposable
{
    private readonly ServerProcess _process;

    private CommandProcess(IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        string program = Repository.Path("src", "Pipeline.Cli", "bin", Repository.Configuration, "net10.0", "Pipeline.Cli.dll");
        _process = ServerProcess.Start("dotnet", [program, .. arguments], environment, Repository.Root);
    }

    /// <inheritdoc cref="ServerProcess.Output"/>
    public string Output => _process.Output;

    /// <inheritdoc cref="ServerProcess.StandardOutput"/>
    public string StandardOutput => _process.StandardOutput;

    public static CommandProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>Starts it with variables of its own beside the environment's.</summary>
    public static CommandProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(environment, arguments);

    /// <summary>Runs it to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        RunAsync(new Dictionary<string, string>(), arguments);

    /// <summary>Runs it to its end with variables of its own beside the environment's.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        await using CommandProcess command = Start(environment, arguments);
        return (await command.WaitForExitAsync(), command.Output);
    }

    public Task<int> WaitForExitAsync() => _process.WaitForExitAsync(TestContext.Current.CancellationToken);

    /// <summary>Waits until it has written a text.</summary>
    public Task WaitForOutputAsync(string text) => Wait.UntilAsync(
        () => Output.Contains(text, StringComparison.Ordinal) ? Task.FromResult(true)
            : _process.HasExited
                ? throw new InvalidOperationException($"The command ended with {_process.ExitCode} and never wrote '{text}' but:\n{Output}")
            : Task.FromResult(false),
        () => $"'{text}' from the command, which wrote:\n{Output}");

    /// <summary>Sends a signal, and waits for the end.</summary>
    public Task<int> SignalAsync(int signal)
    {
        Signal.Send(_process.Id, signal);
        return WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await _process.KillAsync(andChildren: true);
        }
    }
}
