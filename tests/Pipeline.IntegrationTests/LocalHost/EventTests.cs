using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.LocalHost;

public sealed class EventTests : IAsyncLifetime
{
    private Azurite? _azurite;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BlobContainerClient Seen => new BlobServiceClient(_azurite!.ConnectionString).GetBlobContainerClient("seen");

    public async ValueTask InitializeAsync()
    {
        _azurite = await Azurite.StartNewAsync();
        await Seen.CreateIfNotExistsAsync(cancellationToken: Cancel);
    }

    public ValueTask DisposeAsync() => _azurite!.DisposeAsync();

    [Fact]
    public async Task Written_overwritten_and_deleted_blobs_are_reported_and_so_are_changes_while_nothing_ran()
    {
        await UploadAsync("before");
        await using (LocalHostProcess host = await LocalHostProcess.StartAsync(_azurite!, events: true))
        {
            await host.WaitForAsync("Blob <before>");
            await host.WaitForAsync("Blob too <before>");

            await UploadAsync("kept", "changed", "removed");
            await host.WaitForAsync("Blob <kept>");
            await host.WaitForAsync("Blob <changed>");
            await host.WaitForAsync("Blob <removed>");

            await UploadAsync("changed");
            await host.WaitForAsync("Blob <changed>", 2);

            await Seen.DeleteBlobAsync("before", cancellationToken: Cancel);
            await host.WaitForAsync("Deletion {");
            JsonNode deletion = JsonNode.Parse(host.Process.Output.Split("Deletion ")[1].Split(Environment.NewLine)[0])!;
            Assert.Equal("Microsoft.Storage.BlobDeleted", deletion["eventType"]!.GetValue<string>());
            Assert.Equal("/blobServices/default/containers/seen/blobs/before", deletion["subject"]!.GetValue<string>());
            Assert.Equal($"{Seen.Uri}/before", deletion["data"]!["url"]!.GetValue<string>());
            await host.Process.StopAsync();
        }

        await UploadAsync("while-away", "changed");
        await Seen.DeleteBlobAsync("removed", cancellationToken: Cancel);
        await using (LocalHostProcess host = await LocalHostProcess.StartAsync(_azurite!, events: true))
        {
            await host.WaitForAsync("Blob <while-away>");
            await host.WaitForAsync("Blob <changed>");
            await host.WaitForAsync("/blobs/removed");
            await UploadAsync("last");
            await host.WaitForAsync("Blob <last>");

            // Events of the last minutes are sent once more: their messages might still be hidden in the queue.
            await host.WaitForAsync("Blob <kept>");
            Assert.Equal(0, host.Count("/blobs/before"));
        }
    }

    [Fact]
    public async Task Events_of_their_own_process_wait_for_a_host_and_reach_it_when_it_comes()
    {
        int port = OwnPorts.Take(1)[0];
        await UploadAsync("early");
        await using ServerProcess events = LocalHostProcess.Launch(
            _azurite!.ConnectionString, ["events", "--app", LocalHostProcess.App, "--host", $"http://127.0.0.1:{port}"]);
        await events.WaitUntilAsync(
            () => Task.FromResult(
                events.Output.Contains("Events of container 'seen' wait", StringComparison.Ordinal)), "the events to wait");

        await using ServerProcess host = LocalHostProcess.Launch(
            _azurite.ConnectionString, ["run", "--app", LocalHostProcess.App, "--urls", $"http://127.0.0.1:{port}"]);
        await host.WaitUntilAsync(() => Task.FromResult(host.Output.Contains("Blob <early>", StringComparison.Ordinal)), "the blob");
        await events.WaitUntilAsync(
            () => Task.FromResult(
                events.Output.Contains("Events of container 'seen' go on", StringComparison.Ordinal)), "the events to go on");

        Assert.Equal(1, events.Output.Split("Events of container 'seen' wait").Length - 1);
        await host.StopAsync();
        await events.StopAsync();
        Assert.Equal(OperatingSystem.IsWindows() ? -1 : 128 + 15, events.ExitCode);
    }

    [Fact]
    public async Task Many_blobs_go_in_batches_each_to_each_function_once()
    {
        const int Count = 450;
        await Parallel.ForEachAsync(Enumerable.Range(0, Count), Cancel, async (i, cancel) =>
            await Seen.UploadBlobAsync($"{i:d3}", BinaryData.FromString("content"), cancel));
        await using LocalHostProcess host = await LocalHostProcess.StartAsync(_azurite!, events: true);

        await host.WaitForAsync("Blob <", Count);
        await host.WaitForAsync("Blob too <", Count);
        Assert.Equal(Count, Regex.Matches(host.Process.Output, "Blob <(\\d+)>").DistinctBy(match => match.Value).Count());
        Assert.Equal(Count, host.Count("Blob <"));
    }

    private async Task UploadAsync(params string[] names)
    {
        foreach (string name in names)
        {
            await Seen.GetBlobClient(name).UploadAsync(BinaryData.FromString($"{Stopwatch.GetTimestamp()}"), overwrite: true, Cancel);
        }
    }
}
