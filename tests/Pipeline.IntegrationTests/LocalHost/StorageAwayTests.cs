using System.Net;
using Azure.Storage.Blobs;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.LocalHost;

public class StorageAwayTests
{
    private const string Missed = "The storage that triggers need cannot be reached, waiting for it";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_storage_at_the_start_HTTP_serves_and_triggers_follow_when_it_comes()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        await azurite.StopAsync();
        await using LocalHostProcess host = await LocalHostProcess.StartAsync(azurite, events: true);
        await host.WaitForAsync(Missed);
        using HttpResponseMessage webhook = await host.Client.PostAsync("runtime/webhooks/blobs?functionName=x", null, Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, webhook.StatusCode);
        Assert.Equal("waited", await host.Client.GetStringAsync("api/wait/3000", Cancel));
        Assert.Equal(1, host.Count(Missed));

        await azurite.StartAsync();
        await host.WaitForAsync("The storage that triggers need is back");
        await UploadAsync(azurite, "one");
        await host.WaitForAsync("Blob <one>");
        Assert.Equal(1, host.Count(Missed));
    }

    [Fact]
    public async Task Storage_that_goes_and_comes_again_loses_nothing()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        await using LocalHostProcess host = await LocalHostProcess.StartAsync(azurite, events: true);
        await UploadAsync(azurite, "before");
        await host.WaitForAsync("Blob <before>");
        await azurite.StopAsync();
        await host.WaitForAsync("Events of container 'seen' wait");
        Assert.Equal("waited", await host.Client.GetStringAsync("api/wait/5000", Cancel));

        await azurite.StartAsync();
        await UploadAsync(azurite, "after");
        await host.WaitForAsync("Blob <after>");
        Assert.Equal(1, host.Count("Events of container 'seen' wait"));
        Assert.Equal(1, host.Count("Blob <before>"));
        Assert.InRange(host.Count(Missed), 0, 1);
    }

    private static async Task UploadAsync(Azurite azurite, string name)
    {
        BlobContainerClient seen = new BlobServiceClient(azurite.ConnectionString).GetBlobContainerClient("seen");
        await seen.CreateIfNotExistsAsync(cancellationToken: Cancel);
        await seen.UploadBlobAsync(name, BinaryData.FromString("content"), Cancel);
    }
}
