using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>The command as a user's shell runs it: another process, its exit code and what it wrote.</summary>
internal sealed partial class CommandProcess : IAsyncDisposable
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _standardOutput = new();
    private readonly Process _process;

    private CommandProcess(IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        string program = Repository.Path("src", "Pipeline.Cli", "bin", Repository.Configuration, "net10.0", "Pipeline.Cli.dll");
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, .. arguments])
            {
                WorkingDirectory = Repository.Root,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach ((string name, string value) in environment)
        {
            _process.StartInfo.Environment[name] = value;
        }

        _process.OutputDataReceived += (_, line) => Take(line.Data, _output, _standardOutput);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, _output);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>All that it wrote so far, both streams.</summary>
    public string Output => Read(_output);

    /// <summary>All that it wrote to standard output so far.</summary>
    public string StandardOutput => Read(_standardOutput);

    public static CommandProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>Starts it with variables of its own beside the environment's.</summary>
    public static CommandProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) => new(environment, arguments);

    /// <summary>Runs it to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string>(), arguments);

    /// <summary>Runs it to its end with variables of its own beside the environment's.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        await using CommandProcess command = Start(environment, arguments);
        return (await command.WaitForExitAsync(), command.Output);
    }

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Waits until it has written a text.</summary>
    public Task WaitForOutputAsync(string text) => Wait.UntilAsync(
        () => Output.Contains(text, StringComparison.Ordinal) ? Task.FromResult(true)
            : _process.HasExited ? throw new InvalidOperationException($"The command ended with {_process.ExitCode} and never wrote '{text}' but:\n{Output}")
            : Task.FromResult(false),
        () => $"'{text}' from the command, which wrote:\n{Output}");

    /// <summary>Sends a signal, and waits for the end.</summary>
    public Task<int> SignalAsync(int signal) =>
        Kill(_process.Id, signal) == 0
            ? WaitForExitAsync()
            : throw new InvalidOperationException($"kill({_process.Id}) failed: {Marshal.GetLastPInvokeErrorMessage()}");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static void Take(string? line, params ReadOnlySpan<StringBuilder> streams)
    {
        foreach (StringBuilder stream in streams)
        {
            lock (stream)
            {
                if (line is not null)
                {
                    stream.AppendLine(line);
                }
            }
        }
    }

    private static string Read(StringBuilder stream)
    {
        lock (stream)
        {
            return stream.ToString();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
