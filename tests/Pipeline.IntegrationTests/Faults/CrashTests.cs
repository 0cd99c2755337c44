using System.Diagnostics;
using Azure.Data.Tables;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Faults;

public class CrashTests(SeededModels models)
{
    private const int Images = 50;

    [Fact]
    public async Task The_host_killed_amid_fifty_uploads_and_started_again_all_fifty_are_indexed_once_by_both_models()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Processes are looked up in /proc.");
        await using Azurite azurite = await Azurite.StartNewAsync();
        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, models))
        {
            using Process worker = app.Worker();
            Task uploads = UploadAsync(azurite);
            await app.Process.WaitUntilAsync(async () => await CountAsync(azurite) >= 15, "the first records");
            await app.Process.KillAsync();
            await uploads;

            // No handler ran, but the worker must still end with its host.
            using var limit = new CancellationTokenSource(Wait.Limit);
            await worker.WaitForExitAsync(limit.Token);
        }

        Assert.InRange(await CountAsync(azurite), 15, (2 * Images) - 1);
        Dictionary<string, DateTimeOffset> early = await EmbeddedAsync(azurite);
        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, models))
        {
            await app.Process.WaitUntilAsync(async () => await CountAsync(azurite) == 2 * Images, "all records");
        }

        await AssertIndexedOnceAsync(azurite, early);
    }

    [Fact]
    public async Task The_worker_killed_amid_fifty_uploads_is_started_again_and_all_fifty_are_indexed_once_by_both_models()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Processes are looked up in /proc.");
        await using Azurite azurite = await Azurite.StartNewAsync();
        await using FunctionApp app = await FunctionApp.StartAsync(azurite, models);
        Task uploads = UploadAsync(azurite);
        await app.Process.WaitUntilAsync(async () => await CountAsync(azurite) >= 15, "the first records");
        Dictionary<string, DateTimeOffset> early = await EmbeddedAsync(azurite);
        using (Process worker = app.Worker())
        {
            worker.Kill();
        }

        await uploads;
        await app.Process.WaitUntilAsync(async () => await CountAsync(azurite) == 2 * Images, "all records");

        await AssertIndexedOnceAsync(azurite, early);
        Assert.Equal("ok", (await app.GetAsync("health"))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Asked_to_stop_it_ends_by_itself_and_loses_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        await using Azurite azurite = await Azurite.StartNewAsync();
        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, models))
        {
            using Process worker = app.Worker();
            await UploadAsync(azurite);
            await app.Process.WaitUntilAsync(async () => await CountAsync(azurite) >= 10, "the first records");
            await app.Process.StopAsync();
            Assert.Equal(128 + 15, app.Process.ExitCode);
            Assert.True(worker.HasExited, app.Process.Output);
        }

        Dictionary<string, DateTimeOffset> early = await EmbeddedAsync(azurite);
        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, models))
        {
            await app.Process.WaitUntilAsync(async () => await CountAsync(azurite) == 2 * Images, "all records");
        }

        await AssertIndexedOnceAsync(azurite, early);
    }

    [Fact]
    public async Task What_is_indexed_stays_so_over_a_restart()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, models))
        {
            await azurite.Images.GetBlobClient("first.bmp").UploadAsync(
                BinaryData.FromBytes(TestImages.Bitmap(98)), TestContext.Current.CancellationToken);
            await app.WaitUntilIndexedAsync("first.bmp");
            await app.Process.StopAsync();
        }

        await using (FunctionApp app = await FunctionApp.StartAsync(azurite, models))
        {
            await azurite.Images.GetBlobClient("last.bmp").UploadAsync(
                BinaryData.FromBytes(TestImages.Bitmap(99)), TestContext.Current.CancellationToken);
            await app.WaitUntilIndexedAsync("first.bmp", "last.bmp");
            Assert.DoesNotContain("first.bmp: Indexed", app.Process.Output, StringComparison.Ordinal);
        }
    }

    private static async Task AssertIndexedOnceAsync(Azurite azurite, Dictionary<string, DateTimeOffset> early)
    {
        Dictionary<string, DateTimeOffset> all = await EmbeddedAsync(azurite);
        Assert.Equal(2 * Images, all.Count);
        Assert.All(early, record => Assert.Equal(record.Value, all[record.Key]));
        Assert.False(await azurite.PoisonQueue.ExistsAsync(TestContext.Current.CancellationToken));
    }

    private static Task UploadAsync(Azurite azurite) => Parallel.ForEachAsync(Enumerable.Range(0, Images), async (i, cancellationToken) =>
        await azurite.Images.GetBlobClient($"{i:d2}.bmp").UploadAsync(BinaryData.FromBytes(TestImages.Bitmap(i)), cancellationToken));

    private static async Task<int> CountAsync(Azurite azurite) => (await EmbeddedAsync(azurite)).Count;

    private static async Task<Dictionary<string, DateTimeOffset>> EmbeddedAsync(Azurite azurite)
    {
        TableClient embeddings = azurite.Tables.GetTableClient("Embeddings");
        await embeddings.CreateIfNotExistsAsync(TestContext.Current.CancellationToken);
        return await embeddings.QueryAsync<TableEntity>(select: ["PartitionKey", "Name", "EmbeddedAt"])
            .ToDictionaryAsync(
                entity => $"{entity.PartitionKey} {entity.GetString("Name")}", entity => entity.GetDateTimeOffset("EmbeddedAt")!.Value);
    }
}
