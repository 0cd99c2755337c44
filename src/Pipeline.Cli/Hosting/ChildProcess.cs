using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Cli.Hosting;

/// <summary>A program that the command started: its output goes to a log file, and it does not outlive the command.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int RememberedLines = 10;
    private static readonly TimeSpan OutputTimeout = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly TimeSpan _shutdownTimeout;
    private readonly string? _logFile;
    // Kept separately, so that many lines of one stream do not displace the other's: the cause of an error is often one line among
    // hundreds.
    private readonly Queue<string> _outputLines = [];
    private readonly Queue<string> _errorLines = [];
    private readonly Lock _gate = new();
    private readonly TextWriter _log;
    private readonly TextWriter? _shown;
    private readonly bool _interrupts;

    private ChildProcess(string name, Process process, string? logFile, TimeSpan shutdownTimeout, TextWriter? shown)
    {
        Name = name;
        _process = process;
        _logFile = logFile;
        _shutdownTimeout = shutdownTimeout;
        _shown = shown;
        _interrupts = logFile is null;
        _log = logFile is null ? TextWriter.Null : new StreamWriter(logFile, append: false) { AutoFlush = true };
        Exited = WaitAsync();
    }

    public string Name { get; }

    public int Id => _process.Id;

    /// <summary>The exit code, once it has ended and its output is written.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a program whose output goes to a file.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="start">Program, arguments, folder and environment.</param>
    /// <param name="logFile">Overwritten; its folder is created.</param>
    /// <param name="shutdownTimeout">How long it may take to end after a request.</param>
    /// <param name="shown">Where its output is also written; null for the file alone.</param>
    /// <exception cref="CommandFailure">It cannot be started.</exception>
    public static ChildProcess Start(
        string name, ProcessStartInfo start, string logFile, TimeSpan shutdownTimeout, TextWriter? shown = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return new ChildProcess(name, StartProcess(name, start), logFile, shutdownTimeout, shown);
    }

    /// <summary>Starts a program that shares the command's output and is ended by SIGINT, as by Ctrl-C.</summary>
    public static ChildProcess StartInForeground(string name, ProcessStartInfo start, TimeSpan shutdownTimeout) =>
        new(name, StartProcess(name, start), null, shutdownTimeout, shown: null);

    /// <summary>A failure with the last output of the program and the path of its log.</summary>
    public CommandFailure Failure(string message)
    {
        lock (_gate)
        {
            string[] said = [.. _outputLines.Concat(_errorLines).Select(line => $"  | {line}")];
            string[] heading = said.Length == 0 ? [] : [$"The last lines of {Name}:"];
            return new CommandFailure(string.Join(Environment.NewLine, [message, .. heading, .. said, $"The log is in {_logFile}"]));
        }
    }

    /// <summary>Asks the program to end, and kills it if it takes too long.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            if (!OperatingSystem.IsWindows() && Signal.Send(_process.Id, _interrupts ? Signal.Interrupt : Signal.Terminate))
            {
                await Task.WhenAny(Exited, Task.Delay(_shutdownTimeout));
            }

            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        await Exited;
        await _log.DisposeAsync();
        _process.Dispose();
    }

    private static Process StartProcess(string name, ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        try
        {
            Process process = Process.Start(start)!;

            // Input at the terminal is for the command, not for the programs that it starts.
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception exception)
        {
            throw new CommandFailure(string.Create(
                CultureInfo.InvariantCulture, $"{name} cannot be started: '{start.FileName}' ({exception.Message})."));
        }
    }

    private async Task<int> WaitAsync()
    {
        Task reading = _logFile is null
            ? Task.CompletedTask
            : Task.WhenAll(ReadAsync(_process.StandardOutput, _outputLines), ReadAsync(_process.StandardError, _errorLines));
        await _process.WaitForExitAsync();

        // A grandchild that is still running, such as a compiler server, may hold the pipe open for minutes.
        await Task.WhenAny(reading, Task.Delay(OutputTimeout));
        return _process.ExitCode;
    }

    private async Task ReadAsync(StreamReader reader, Queue<string> last)
    {
        // Returns to the caller at once: the constructor is still running.
        await Task.Yield();
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                last.Enqueue(line);
                if (last.Count > RememberedLines)
                {
                    last.Dequeue();
                }

                _log.WriteLine(line);
                _shown?.WriteLine(line);
            }
        }
    }
}
