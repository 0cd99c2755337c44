using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.LocalHost;

/// <summary>The local host with the test worker behind it, in processes of their own.</summary>
internal sealed partial class LocalHostProcess : IAsyncDisposable
{
    private static readonly string Host =
        Repository.Path("src", "Pipeline.LocalHost", "bin", Repository.Configuration, "net10.0", "Pipeline.LocalHost.dll");

    private LocalHostProcess(ServerProcess process, Uri address) =>
        (Process, Client) = (process, new HttpClient { BaseAddress = address, Timeout = Wait.Limit });

    /// <summary>The test worker, built.</summary>
    public static string App { get; } = Repository.Path("tests", "Pipeline.TestWorker", "bin", Repository.Configuration, "net10.0");

    public ServerProcess Process { get; }

    public HttpClient Client { get; }

    /// <summary>Starts it and waits until it serves.</summary>
    public static async Task<LocalHostProcess> StartAsync(Azurite azurite, string? app = null, bool events = false)
    {
        ServerProcess process = Launch(
            azurite.ConnectionString, ["run", "--app", app
                ?? App, "--urls", "http://127.0.0.1:0", .. events ? ["--events"] : Array.Empty<string>()]);
        await process.WaitUntilAsync(() => Task.FromResult(Ready().IsMatch(process.Output)), "the host to be ready");
        return new LocalHostProcess(process, new Uri(Ready().Match(process.Output).Groups[1].Value));
    }

    /// <summary>Starts the program without waiting.</summary>
    public static ServerProcess Launch(string? storage, string[] arguments, params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string> { ["AzureWebJobsStorage"] = storage ?? "", ["TestStorage"] = storage ?? "" };
        foreach ((string name, string value) in settings)
        {
            environment[name] = value;
        }

        return ServerProcess.Start("dotnet", [Host, .. arguments], environment);
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string? storage, string[] arguments, params (string Name, string Value)[] settings)
    {
        await using ServerProcess process = Launch(storage, arguments, settings);
        await Wait.UntilAsync(() => Task.FromResult(process.HasExited), () => $"the program to end:\n{process.Output}");
        return (process.ExitCode, process.Output);
    }

    /// <summary>A copy of the app with another host.json.</summary>
    public static string AppWith(string hostJson)
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-test-worker-").FullName;
        foreach (string file in Directory.EnumerateFiles(App))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(folder, "host.json"), hostJson);
        return folder;
    }

    /// <summary>The worker's process now.</summary>
    public async Task<System.Diagnostics.Process> WorkerAsync() => System.Diagnostics.Process.GetProcessById(
        int.Parse(await Client.GetStringAsync("api/process", TestContext.Current.CancellationToken), CultureInfo.InvariantCulture));

    /// <summary>How often a text was logged.</summary>
    public int Count(string text) => Process.Output.Split(text).Length - 1;

    public Task WaitForAsync(string text, int times = 1) =>
        Process.WaitUntilAsync(() => Task.FromResult(Count(text) >= times), $"'{text}' in the log, {times} times");

    /// <summary>Waits for the last output of a program that has ended, which may take a moment to arrive.</summary>
    public Task WaitForOutputAsync(string text) =>
        Wait.UntilAsync(() => Task.FromResult(Count(text) > 0), () => $"'{text}' in the output:\n{Process.Output}");

    /// <summary>Asserts that a response has a status and no body.</summary>
    public static async Task AssertEmptyAsync(HttpStatusCode status, HttpResponseMessage response)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }

    [GeneratedRegex(@"(?m)^Ready: (http://127\.0\.0\.1:\d+)\r?$")]
    private static partial Regex Ready();
}
