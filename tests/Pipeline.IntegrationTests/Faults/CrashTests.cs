using Azure.Data.Tables;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Faults;

public class CrashTests(RunningPipeline pipeline)
{
    private const int Images = 50;

    [Fact]
    public async Task Killed_amid_fifty_uploads_and_started_again_all_fifty_are_indexed_once_by_both_models()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, pipeline.Models))
        {
            Task uploads = UploadAsync(azurite);
            await app.Process.WaitUntilAsync(async () => await CountAsync(azurite) >= 15, "the first records");
            await app.Process.KillAsync();
            await uploads;
        }

        Assert.InRange(await CountAsync(azurite), 15, (2 * Images) - 1);
        Dictionary<string, DateTimeOffset> early = await EmbeddedAsync(azurite);
        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, pipeline.Models))
        {
            await app.Process.WaitUntilAsync(async () => await ReceiptsAsync(azurite) == 2 * Images, "all receipts");
        }

        Dictionary<string, DateTimeOffset> all = await EmbeddedAsync(azurite);
        Assert.Equal(2 * Images, all.Count);
        Assert.All(early, record => Assert.Equal(record.Value, all[record.Key]));
        Assert.False(await azurite.PoisonQueue.ExistsAsync(TestContext.Current.CancellationToken));

        // What was done stays done: another start embeds nothing.
        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, pipeline.Models))
        {
            await azurite.Images.GetBlobClient("last.bmp").UploadAsync(BinaryData.FromBytes(Pictures.Bitmap(99)), TestContext.Current.CancellationToken);
            await app.WaitUntilIndexedAsync("last.bmp");
            Assert.Equal(2, app.Process.Output.Split("Indexed by").Length - 1);
            Assert.DoesNotContain("AlreadyIndexed", app.Process.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Asked_to_stop_it_ends_by_itself_and_loses_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        await using Azurite azurite = await Azurite.StartNewAsync();
        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, pipeline.Models))
        {
            await UploadAsync(azurite);
            await app.Process.WaitUntilAsync(async () => await CountAsync(azurite) >= 10, "the first records");
            await app.Process.StopAsync();
            Assert.Equal(0, app.Process.ExitCode);
        }

        // Each record has its receipt: what ran was let finish.
        Assert.Equal(await CountAsync(azurite), await ReceiptsAsync(azurite));
        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, pipeline.Models))
        {
            await app.Process.WaitUntilAsync(async () => await ReceiptsAsync(azurite) == 2 * Images, "all receipts");
        }

        Assert.Equal(2 * Images, await CountAsync(azurite));
    }

    private static Task UploadAsync(Azurite azurite) => Parallel.ForEachAsync(Enumerable.Range(0, Images), async (i, cancellationToken) =>
        await azurite.Images.GetBlobClient($"{i:d2}.bmp").UploadAsync(BinaryData.FromBytes(Pictures.Bitmap(i)), cancellationToken));

    private static async Task<int> CountAsync(Azurite azurite) => (await EmbeddedAsync(azurite)).Count;

    private static async Task<Dictionary<string, DateTimeOffset>> EmbeddedAsync(Azurite azurite)
    {
        TableClient embeddings = azurite.Tables.GetTableClient("Embeddings");
        await embeddings.CreateIfNotExistsAsync(TestContext.Current.CancellationToken);
        return await embeddings.QueryAsync<TableEntity>(select: ["PartitionKey", "Name", "EmbeddedAt"])
            .ToDictionaryAsync(entity => $"{entity.PartitionKey} {entity.GetString("Name")}", entity => entity.GetDateTimeOffset("EmbeddedAt")!.Value);
    }

    private static async Task<int> ReceiptsAsync(Azurite azurite) => await azurite.Hosts.GetBlobsAsync(
        new Azure.Storage.Blobs.Models.GetBlobsOptions { Prefix = "blobreceipts/" }, TestContext.Current.CancellationToken).CountAsync();
}
