using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.LocalHost;

/// <summary>The worker does not outlive its host, and the host outlives its worker.</summary>
public sealed partial class WorkerLifeTests : IAsyncLifetime
{
    private Azurite? _azurite;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _azurite = await Azurite.StartNewAsync();

    public ValueTask DisposeAsync() => _azurite!.DisposeAsync();

    [Fact]
    public async Task When_a_host_is_killed_its_busy_worker_ends_too()
    {
        await using LocalHostProcess host = await LocalHostProcess.StartAsync(_azurite!);
        using Process worker = await host.WorkerAsync();
        Task<HttpResponseMessage> request = host.Client.GetAsync("api/wait/60000", Cancel);
        await host.WaitForAsync("Waiting begins");

        await host.Process.KillAsync();

        await AssertEndsAsync(worker);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => request);
    }

    [Fact]
    public async Task When_a_host_is_killed_a_worker_that_is_starting_ends_too()
    {
        await using ServerProcess host = LocalHostProcess.Launch(
            _azurite!.ConnectionString,
            ["run", "--app", LocalHostProcess.App, "--urls", "http://127.0.0.1:0"],
            ("TEST_WORKER_START", "hangs"));
        await host.WaitUntilAsync(() => Task.FromResult(Hanging().IsMatch(host.Output)), "the worker's first words");
        using var worker = Process.GetProcessById(int.Parse(Hanging().Match(host.Output).Groups[1].Value, CultureInfo.InvariantCulture));

        await host.KillAsync();

        await AssertEndsAsync(worker);
    }

    [Fact]
    public async Task A_host_that_is_asked_to_stop_finishes_what_runs_and_ends_its_worker()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        await using LocalHostProcess host = await LocalHostProcess.StartAsync(_azurite!, events: true);
        using Process worker = await host.WorkerAsync();
        BlobContainerClient slow = await ContainerAsync("slow");
        await slow.UploadBlobAsync("one", BinaryData.FromString("1"), Cancel);
        await host.WaitForAsync("Slow <one> begins");
        Task<HttpResponseMessage> request = host.Client.GetAsync("api/wait/1500", Cancel);
        await host.WaitForAsync("Waiting begins");

        await host.Process.StopAsync();

        using HttpResponseMessage response = await request;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(128 + 15, host.Process.ExitCode);
        Assert.True(worker.HasExited);
        await host.WaitForOutputAsync("Slow <one> ends");
        await host.WaitForOutputAsync("A hosted service stopped");
        Assert.Equal(0, host.Count("is killed"));
    }

    [Fact]
    public async Task A_worker_that_dies_is_followed_by_another_and_nothing_that_a_queue_holds_is_lost()
    {
        await using LocalHostProcess host = await LocalHostProcess.StartAsync(_azurite!, events: true);
        using Process first = await host.WorkerAsync();
        BlobContainerClient slow = await ContainerAsync("slow");
        await slow.UploadBlobAsync("one", BinaryData.FromString("1"), Cancel);
        await host.WaitForAsync("Slow <one> begins");
        Task<HttpResponseMessage> waiting = host.Client.GetAsync("api/wait/60000", Cancel);
        await host.WaitForAsync("Waiting begins");

        using HttpResponseMessage dying = await host.Client.PostAsync("api/die", null, Cancel);
        using Process second = await host.WorkerAsync();

        await LocalHostProcess.AssertEmptyAsync(HttpStatusCode.InternalServerError, dying);
        using HttpResponseMessage waited = await waiting;
        await LocalHostProcess.AssertEmptyAsync(HttpStatusCode.InternalServerError, waited);
        Assert.True(first.HasExited);
        Assert.NotEqual(first.Id, second.Id);
        await host.WaitForAsync("Slow <one> ends");
        await host.WaitForAsync("The worker ended before the function did.");
    }

    [Fact]
    public async Task A_worker_that_cannot_start_ends_the_host_with_its_last_lines()
    {
        (int exitCode, string output) = await LocalHostProcess.RunAsync(
            _azurite!.ConnectionString,
            ["run", "--app", LocalHostProcess.App, "--urls", "http://127.0.0.1:0"],
            ("TEST_WORKER_START", "fails"));

        Assert.Equal(1, exitCode);
        Assert.Contains(
            "The worker cannot start: it ended with exit code 7 before its functions were loaded.", output, StringComparison.Ordinal);
        Assert.Contains("  | The test worker has no wish to start.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Ready:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_dies_again_and_again_ends_the_host()
    {
        await using LocalHostProcess host = await LocalHostProcess.StartAsync(_azurite!);
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage response = await host.Client.PostAsync("api/die", null, Cancel);
        }

        await Wait.UntilAsync(() => Task.FromResult(host.Process.HasExited), () => $"the host's end:\n{host.Process.Output}");
        Assert.Equal(1, host.Process.ExitCode);
        Assert.Contains("The worker ended 3 times within a minute", host.Process.Output, StringComparison.Ordinal);
    }

    private async Task<BlobContainerClient> ContainerAsync(string name)
    {
        BlobContainerClient container = new BlobServiceClient(_azurite!.ConnectionString).GetBlobContainerClient(name);
        await container.CreateIfNotExistsAsync(cancellationToken: Cancel);
        return container;
    }

    private static async Task AssertEndsAsync(Process worker)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Wait.Limit);
        await worker.WaitForExitAsync(limit.Token);
    }

    [GeneratedRegex(@"Hanging as process (\d+)")]
    private static partial Regex Hanging();
}
