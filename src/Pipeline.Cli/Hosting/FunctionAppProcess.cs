using System.Diagnostics;

namespace Pipeline.Cli.Hosting;

/// <summary>The function app, running under the stand-in worker.</summary>
internal sealed class FunctionAppProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    // Images in work are finished first; the app itself gives them 30 seconds.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(35);

    private FunctionAppProcess(ChildProcess process, Uri address)
    {
        Process = process;
        Address = address;
    }

    public ChildProcess Process { get; }

    /// <summary>Where it answers: <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Address { get; }

    /// <summary>Starts it and waits until it says that it can work.</summary>
    /// <exception cref="CommandFailure">It does not.</exception>
    public static async Task<FunctionAppProcess> StartAsync(
        SourceTree tree, int port, string connectionString, string logFile, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{port}/");
        var start = new ProcessStartInfo(DotnetProgram.Path, [tree.FunctionsProgram, "--urls", address.GetLeftPart(UriPartial.Authority)])
        {
            WorkingDirectory = Path.GetDirectoryName(tree.FunctionsProgram)!,
            Environment =
            {
                ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
                ["AzureWebJobsStorage"] = connectionString,
                ["ImagesStorage"] = connectionString,
                ["Models__Folder"] = tree.Models,
            },
        };
        var app = new FunctionAppProcess(ChildProcess.Start("the function app", start, logFile, Grace), address);
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
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

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
                throw Process.Failure($"The function app is not healthy after {StartLimit.TotalSeconds:0} s ({new Uri(Address, "api/health")}).");
            }

            await Task.Delay(Interval, cancellationToken);
        }
    }

    private static async Task<bool> IsHealthyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync("api/health", cancellationToken);
            return answer.IsSuccessStatusCode;
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
