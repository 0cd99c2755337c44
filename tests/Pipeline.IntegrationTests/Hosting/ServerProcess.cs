using System.Diagnostics;
using System.Text;
using CliWrap;
using Pipeline.Cli.Hosting;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>A process that serves until it is stopped; a failing test can show what it wrote.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(40);

    private readonly StringBuilder _output = new();
    private readonly StringBuilder _standardOutput = new();
    private readonly CommandTask<CommandResult> _running;

    private ServerProcess(Command command) =>
        _running = command.WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.ToDelegate(line => Keep(line, _output, _standardOutput)))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(line => Keep(line, _output)))
            .ExecuteAsync();

    public bool HasExited => _running.Task.IsCompleted;

    public int ExitCode => _running.Task.Result.ExitCode;

    public int Id => _running.ProcessId;

    /// <summary>All that it wrote so far, both streams.</summary>
    public string Output => Read(_output);

    /// <summary>All that it wrote to standard output so far.</summary>
    public string StandardOutput => Read(_standardOutput);

    public static ServerProcess Start(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string? folder = null) =>
        new(new Command(file).WithArguments(arguments).WithWorkingDirectory(folder ?? Environment.CurrentDirectory)
            .WithEnvironmentVariables(environment.ToDictionary(variable => variable.Key, string? (variable) => variable.Value)));

    /// <summary>Waits until a condition holds, and fails with the process' output where it ends before.</summary>
    public Task WaitUntilAsync(Func<Task<bool>> condition, string what) => Wait.UntilAsync(
        async () => HasExited ? throw new InvalidOperationException(
            $"The process ended with {ExitCode} while waiting for {what}:\n{Output}") : await condition(),
        () => $"{what}. The process' output:\n{Output}");

    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken) =>
        (await _running.Task.WaitAsync(cancellationToken)).ExitCode;

    /// <summary>Kills it, as a power failure would: no handler runs.</summary>
    /// <param name="andChildren">Whether what it started ends with it.</param>
    public async Task KillAsync(bool andChildren = false)
    {
        using (var process = Process.GetProcessById(Id))
        {
            process.Kill(andChildren);
        }

        await _running;
    }

    /// <summary>Asks it to end (SIGTERM), and waits for that.</summary>
    public async Task StopAsync()
    {
        if (HasExited)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            await KillAsync();
            return;
        }

        Signal.Send(Id, Signal.Terminate);
        await _running.Task.WaitAsync(StopTimeout);
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            await KillAsync();
        }
    }

    private static void Keep(string line, params ReadOnlySpan<StringBuilder> streams)
    {
        foreach (StringBuilder stream in streams)
        {
            lock (stream)
            {
                stream.AppendLine(line);
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
}
