using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>Images that were stored while no app ran, and of which no event is ever sent, with the real app and its queue.</summary>
public sealed class BackfillTests(SeededModels models) : IAsyncLifetime
{
    private const int SigInt = 2;

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-backfill-").FullName;
    private Azurite? _azurite;

    private Azurite Storage => _azurite!;

    private QueueClient Queue => new(Storage.ConnectionString, "image-backfill");

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _azurite = await Azurite.StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Images_that_were_there_before_are_indexed_damaged_ones_are_counted_and_a_second_run_finds_nothing_to_do()
    {
        string[] names = ["a.bmp", "holiday/花 'and\" so.bmp", $"{new string('長', 200)}.bmp", "/slash.bmp", "b.bmp"];
        foreach ((int i, string name) in names.Index())
        {
            await UploadAsync(name, TestImages.Bitmap(i));
        }

        await UploadAsync("damaged.jpg", "Just text."u8.ToArray());
        await UploadAsync("gone.bmp", TestImages.Bitmap(9));
        await using FunctionApp app = await FunctionApp.StartWithoutEventsAsync(Storage, models);
        await app.Process.WaitUntilAsync(
            async () => await Blobs("index-state").GetBlobClient("models.json").ExistsAsync(CancellationToken), "the models to be noted");

        (int planned, string plan) = await RunAsync("--dry-run");
        long messagesOfPlan = await MessagesAsync();
        (int done, string output) = await RunAsync();
        await Storage.Images.DeleteBlobAsync("gone.bmp", cancellationToken: CancellationToken);
        (int again, string second) = await RunAsync();
        JsonNode health = await app.GetAsync("health");

        Assert.True((planned, done, again) == (0, 0, 0), $"{plan}\n{output}\n{second}");
        Assert.Contains("7 images, 0 records are current, 14 would be queued.", plan, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed.", plan, StringComparison.Ordinal);
        Assert.Equal(0, messagesOfPlan);
        Assert.Contains("7 images, 0 records are current, 14 queued.", output, StringComparison.Ordinal);
        Assert.Contains("Done: 12 up to date, 2 refused.", output, StringComparison.Ordinal);
        Assert.Contains(
            "6 images, 10 records are current, 2 queued, 2 of these to remove records of images that are gone, 2 were refused before " +
            "(--retry-refused queues them again).",
            second,
            StringComparison.Ordinal);
        foreach (string name in names)
        {
            Assert.All((await app.StatesAsync(name)).Values, state => Assert.Equal("indexed", state.State));
        }

        Assert.All((await app.StatesAsync("damaged.jpg")).Values, state => Assert.Equal("failed", state.State));
        Assert.Null(health["backfill"]);
        await app.Process.WaitUntilAsync(async () => !(await RecordedAsync()).Contains("gone.bmp"), "the records to go");
        Assert.False(await new QueueClient(Storage.ConnectionString, "image-backfill-poison").ExistsAsync(CancellationToken));
    }

    [Fact]
    public async Task An_interrupted_backfill_shows_in_health_goes_on_where_it_was_and_leaves_nothing_out()
    {
        // At one a second there are four minutes for what happens meanwhile; models that are fast in embedding the rest.
        const int Images = 240;
        ThinModel.Install(_folder, "thin");
        ThinModel.Install(_folder, "other");
        await Parallel.ForAsync(0, Images, CancellationToken, async (i, _) => await UploadAsync($"{i}.bmp", TestImages.Bitmap(i)));
        await using FunctionApp app = await FunctionApp.StartWithoutEventsAsync(Storage, _folder);
        await app.Process.WaitUntilAsync(
            async () => await Blobs("index-state").GetBlobClient("models.json").ExistsAsync(CancellationToken), "the models to be noted");
        await using CommandProcess first = CommandProcess.Start(
            "backfill", "--storage", Storage.ConnectionString, "--model", "thin", "--rate", "1");
        await app.Process.WaitUntilAsync(async () => (await RecordedAsync()).Count > 0, "the first image to be indexed");

        (int second, string busy) = await RunAsync("--model", "thin");
        JsonNode health = await app.GetAsync("health");
        int interrupted = await first.SignalAsync(SigInt);
        (int resumed, string output) = await RunAsync("--model", "thin");

        Assert.Equal(1, second);
        Assert.Contains("./pipeline backfill on ", busy, StringComparison.Ordinal);
        Assert.Contains("is at it since ", busy, StringComparison.Ordinal);
        Assert.True(health["backfill"]!["since"] is not null, health.ToJsonString());
        Assert.Equal(130, interrupted);
        Assert.Contains("Stopped. ./pipeline backfill goes on from here", first.Output, StringComparison.Ordinal);
        Assert.True(resumed == 0, output);
        Assert.Contains("This went on with the backfill that began at ", output, StringComparison.Ordinal);
        Assert.Contains("0 refused.", output, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, Images).Select(i => $"{i}.bmp").Order(), (await RecordedAsync()).Order());
    }

    [Fact]
    public async Task What_failed_is_listed_what_is_queued_is_removed_by_stop_and_a_model_that_does_not_run_is_refused()
    {
        await UploadAsync("a.bmp", TestImages.Bitmap(1));
        await Blobs("index-state").CreateIfNotExistsAsync(cancellationToken: CancellationToken);
        await Blobs("index-state").GetBlobClient("models.json").UploadAsync(
            BinaryData.FromString("""{"running":[{"key":"vgg16","fingerprint":"0123456789ab"}],"lastRan":{}}"""), CancellationToken);

        var poison = new QueueClient(Storage.ConnectionString, "image-backfill-poison");
        await poison.CreateAsync(cancellationToken: CancellationToken);
        await poison.SendMessageAsync("failed", CancellationToken);

        (_, string listed) = await CommandProcess.RunAsync("poison", "list", "--storage", Storage.ConnectionString);
        (int unknown, string refused) = await RunAsync("--model", "alexnet");
        (int queued, string output) = await RunAsync("--no-wait");
        long messages = await MessagesAsync();
        (int stopped, string stop) = await RunAsync("--stop");

        Assert.Equal((1, 0, 0), (unknown, queued, stopped));
        Assert.Contains("The queue image-backfill-poison has about 1 messages", listed, StringComparison.Ordinal);
        Assert.Empty((await poison.PeekMessagesAsync(1, CancellationToken)).Value);
        Assert.Contains("has no model 'alexnet'. It has: vgg16.", refused, StringComparison.Ordinal);
        Assert.Contains("1 images, 0 records are current, 1 queued.", output, StringComparison.Ordinal);
        Assert.Contains("About 1 messages were removed from the queue.", stop, StringComparison.Ordinal);
        Assert.Equal((1, 0), (messages, await MessagesAsync()));
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        CommandProcess.RunAsync(["backfill", .. arguments, "--storage", Storage.ConnectionString]);

    // With the slashes of a name as they are.
    private BlobContainerClient Blobs(string container) => new BlobServiceClient(
        Storage.ConnectionString, new BlobClientOptions { TrimBlobNameSlashes = false }).GetBlobContainerClient(container);

    private Task UploadAsync(string name, byte[] content) =>
        Blobs("images").GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), CancellationToken);

    private async Task<long> MessagesAsync() => await Queue.ExistsAsync(CancellationToken)
        ? (await Queue.GetPropertiesAsync(CancellationToken)).Value.ApproximateMessagesCount
        : 0;

    private async Task<IReadOnlyList<string>> RecordedAsync()
    {
        var names = new List<string>();
        TableClient table = Storage.Tables.GetTableClient("Embeddings");
        await table.CreateIfNotExistsAsync(CancellationToken);
        await foreach (TableEntity row in table.QueryAsync<TableEntity>(select: ["Name"], cancellationToken: CancellationToken))
        {
            names.Add(row.GetString("Name"));
        }

        return names;
    }
}
