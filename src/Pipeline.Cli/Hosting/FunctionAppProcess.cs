using System.Diagnostics;

namespace Pipeline.Cli.Hosting;

/// <summary>The function app as the worker of a Functions host, and the local events that replace Event Grid.</summary>
internal sealed class FunctionAppProcess : IAsyncDisposable
{
    /// <summary>The port that Functions hosts have by default.</summary>
    public const int DefaultPort = 7071;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    // Images that are being processed are finished first; the host waits up to 30 seconds for them.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(40);

    private readonly ChildProcess? _events;

    private FunctionAppProcess(ChildProcess process, ChildProcess? events, Uri address)
    {
        Process = process;
        _events = events;
        Address = address;
    }

    /// <summary>The host; when it ends, the app's own process ends too.</summary>
    public ChildProcess Process { get; }

    /// <summary>Everything that was started, in the order in which to stop it.</summary>
    public IReadOnlyList<ChildProcess> Processes => _events is null ? [Process] : [_events, Process];

    /// <summary>Its address: <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Address { get; }

    /// <summary>The address of an app on a port of this machine.</summary>
    public static Uri AddressOf(int port) => new($"http://127.0.0.1:{port}/");

    /// <summary>Starts it and waits until its health is good.</summary>
    /// <param name="tree">The checkout, with app and local host built.</param>
    /// <param name="options">The host, the port, and whether to trace.</param>
    /// <param name="connectionString">The storage account, for the host and for the images.</param>
    /// <param name="logs">The folder for the logs.</param>
    /// <param name="cancellationToken">Stops it again.</param>
    /// <exception cref="CommandFailure">It does not start.</exception>
    public static async Task<FunctionAppProcess> StartAsync(
        SourceTree tree, FunctionAppOptions options, string connectionString, string logs, CancellationToken cancellationToken)
    {
        Uri address = AddressOf(options.Port);
        string url = address.GetLeftPart(UriPartial.Authority);
        Dictionary<string, string> settings = SettingsOf(tree, options, connectionString);
        string log = Path.Combine(logs, "functions.log");
        FunctionAppProcess app = options.Host == FunctionsHost.Local
            ? new(Start("the function app", DotnetProgram.Path, LocalHost(tree, "run", "--urls", url, "--events"), log), null, address)
            : new(
                Start("the function app", CoreTools.Find(), ["start", "--no-build", "--port", $"{options.Port}"], log),
                Start("local events", DotnetProgram.Path, LocalHost(tree, "events", "--host", url), Path.Combine(logs, "events.log")),
                address);
        try
        {
            await app.WaitUntilHealthyAsync(cancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        ChildProcess Start(string name, string program, string[] arguments, string logFile)
        {
            var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = tree.FunctionsOutput };
            foreach ((string key, string value) in settings)
            {
                start.Environment[key] = value;
            }

            return ChildProcess.Start(name, start, logFile, ShutdownTimeout, options.Trace);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess process in Processes)
        {
            await process.DisposeAsync();
        }
    }

    private static string[] LocalHost(SourceTree tree, string command, params string[] arguments) =>
        [tree.LocalHostProgram, command, "--app", tree.FunctionsOutput, .. arguments];

    private static Dictionary<string, string> SettingsOf(SourceTree tree, FunctionAppOptions options, string connectionString)
    {
        var settings = new Dictionary<string, string>
        {
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            ["AzureWebJobsStorage"] = connectionString,
            ["ImagesStorage"] = connectionString,
            ["Models__Folder"] = tree.Models,
        };
        if (options.Trace is not null)
        {
            settings["Telemetry__Console"] = "true";
        }

        return settings;
    }

    private async Task WaitUntilHealthyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };
        long start = Stopwatch.GetTimestamp();
        while (!await IsHealthyAsync(http, cancellationToken))
        {
            if (Process.Exited.IsCompleted)
            {
                throw Process.Failure($"The function app ended with exit code {await Process.Exited} while it started.");
            }

            if (Stopwatch.GetElapsedTime(start) > StartLimit)
            {
                throw Process.Failure(
                    $"The function app is not healthy after {StartLimit.TotalSeconds:0} s ({new Uri(Address, "api/health")}).");
            }

            await Task.Delay(Interval, cancellationToken);
        }
    }

    private static async Task<bool> IsHealthyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await http.GetAsync("api/health", cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <summary>How to start the function app.</summary>
/// <param name="Port">Its port on 127.0.0.1.</param>
/// <param name="Host">The host that runs it.</param>
/// <param name="Trace">Where its log and its telemetry are also written; null for the log file alone.</param>
internal sealed record FunctionAppOptions(int Port, FunctionsHost Host = FunctionsHost.Local, TextWriter? Trace = null);

/// <summary>The host that runs the function app on this machine.</summary>
internal enum FunctionsHost
{
    /// <summary>src/Pipeline.LocalHost: needs nothing installed.</summary>
    Local,

    /// <summary>Azure Functions Core Tools, the program <c>func</c>.</summary>
    Func,
}
