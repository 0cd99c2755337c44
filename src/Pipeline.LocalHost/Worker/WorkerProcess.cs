using System.ComponentModel;
using System.Diagnostics;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Worker;

/// <summary>The worker's process.</summary>
internal sealed partial class WorkerProcess : IAsyncDisposable
{
    /// <summary>The category under which the real host logs what a worker prints.</summary>
    public const string ConsoleCategory = "Host.Function.Console";

    private const string HooksVariable = "DOTNET_STARTUP_HOOKS";
    private const int RememberedLines = 10;

    // How long to read the output after the process has ended; a grandchild may hold the pipes open for long.
    private static readonly TimeSpan OutputTimeout = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly ILogger _logger;
    private readonly Queue<string> _lines = [];

    private WorkerProcess(Process process, ILogger logger)
    {
        _process = process;
        _logger = logger;
        Exited = WaitAsync();
    }

    public int Id => _process.Id;

    /// <summary>The exit code, once it has ended and its output is read.</summary>
    public Task<int> Exited { get; }

    /// <summary>The last lines that it printed.</summary>
    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Starts a worker that will connect to this host.</summary>
    /// <param name="app">The app.</param>
    /// <param name="config">How its worker is started.</param>
    /// <param name="host">Where the gRPC server listens.</param>
    /// <param name="workerId">The id that the worker will send.</param>
    /// <param name="logger">Logs what it prints.</param>
    /// <exception cref="HostFailure">It cannot be started.</exception>
    public static WorkerProcess Start(AppFolder app, WorkerConfig config, Uri host, string workerId, ILogger logger)
    {
        string hook = typeof(StartupHook).Assembly.Location;
        string? hooks = Environment.GetEnvironmentVariable(HooksVariable);
        var start = new ProcessStartInfo(config.Executable,
        [
            .. config.Arguments,
            "--functions-uri", host.ToString(),
            "--functions-worker-id", workerId,
            "--functions-request-id", Guid.NewGuid().ToString(),
            "--functions-grpc-max-message-length", int.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ])
        {
            WorkingDirectory = app.Path,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["FUNCTIONS_APPLICATION_DIRECTORY"] = app.Path,
                ["FUNCTIONS_WORKER_DIRECTORY"] = app.Path,
                ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
                [HooksVariable] = string.IsNullOrEmpty(hooks) ? hook : $"{hook}{Path.PathSeparator}{hooks}",
            },
        };
        if (OperatingSystem.IsWindows())
        {
            // On other systems StartupHook does this in the worker.
            start.CreateNewProcessGroup = true;
        }

        try
        {
            return new WorkerProcess(Process.Start(start)!, logger);
        }
        catch (Win32Exception exception)
        {
            throw new HostFailure($"The worker cannot be started: '{config.Executable}' ({exception.Message}).", exception);
        }
    }

    /// <summary>Waits for its end, and kills it after a timeout.</summary>
    /// <param name="shutdownTimeout">How long to wait.</param>
    public async Task EndAsync(TimeSpan shutdownTimeout)
    {
        await Task.WhenAny(Exited, Task.Delay(shutdownTimeout));
        if (!_process.HasExited)
        {
            LogKilled(_logger, Id);
            _process.Kill(entireProcessTree: true);
        }

        await Exited;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await Exited;
        _process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        var reading = Task.WhenAll(
            ReadAsync(_process.StandardOutput, LogLevel.Information), ReadAsync(_process.StandardError, LogLevel.Warning));
        await _process.WaitForExitAsync();
        await Task.WhenAny(reading, Task.Delay(OutputTimeout));
        return _process.ExitCode;
    }

    private async Task ReadAsync(StreamReader reader, LogLevel level)
    {
        // Returns to the caller at once: the constructor is still running.
        await Task.Yield();
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Enqueue(line);
                if (_lines.Count > RememberedLines)
                {
                    _lines.Dequeue();
                }
            }

            LogLine(_logger, level, line);
        }
    }

    [LoggerMessage(Message = "{Line}")]
    private static partial void LogLine(ILogger logger, LogLevel level, string line);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker (process {Id}) does not end by itself and is killed")]
    private static partial void LogKilled(ILogger logger, int id);
}
