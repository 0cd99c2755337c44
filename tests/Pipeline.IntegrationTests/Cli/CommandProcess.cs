using System.Diagnostics;
using System.Text;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>The command as a user's shell runs it: another process, its exit code and what it wrote.</summary>
internal sealed class CommandProcess : IAsyncDisposable
{
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _outputEnded = new();
    private readonly TaskCompletionSource _errorsEnded = new();
    private readonly Process _process;

    private CommandProcess(string[] arguments)
    {
        string program = Path.Combine(Root, "src", "Pipeline.Cli", "bin", "Release", "net10.0", "Pipeline.Cli.dll");
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, .. arguments])
            {
                WorkingDirectory = Root,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Take(line.Data, _outputEnded);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, _errorsEnded);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static string Root { get; } = FindRoot();

    public int Id => _process.Id;

    /// <summary>All that it wrote so far, both streams.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static CommandProcess Start(params string[] arguments) => new(arguments);

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await using CommandProcess command = Start(arguments);
        return (await command.WaitForExitAsync(), command.Output);
    }

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Waits until it has written a text.</summary>
    /// <exception cref="InvalidOperationException">It ended without.</exception>
    public async Task WaitForOutputAsync(string text)
    {
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited && _outputEnded.Task.IsCompleted && _errorsEnded.Task.IsCompleted)
            {
                throw new InvalidOperationException($"The command ended with {_process.ExitCode} and never wrote '{text}' but:\n{Output}");
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("These tests run from within the source tree; no Pipeline.sln was found above the test assembly.");
    }

    private void Take(string? line, TaskCompletionSource ended)
    {
        if (line is null)
        {
            ended.TrySetResult();
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
