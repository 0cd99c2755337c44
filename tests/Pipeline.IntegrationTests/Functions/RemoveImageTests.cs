using System.Text.Json;
using Azure.Storage.Queues;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Search;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class RemoveImageTests(RunningPipeline pipeline)
{
    private QueueClient Deletions => Queue("image-deletions");

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("removal/gone.bmp", false)]
    [InlineData("removal/gone ü 100%.bmp", true)]
    public async Task A_deleted_image_is_forgotten_by_both_models_and_by_the_search(string name, bool cloudEvents)
    {
        await pipeline.UploadAndWaitAsync((name, TestImages.Bitmap(7001)));
        Assert.Contains(name, await FoundAsync(7001));
        await pipeline.Azurite.Images.DeleteBlobAsync(name, cancellationToken: CancellationToken);

        await Deletions.SendMessageAsync(Event(name, cloudEvents), CancellationToken);

        await pipeline.App.Process.WaitUntilAsync(async () => !(await RecordedAsync()).Contains(name), "the records to go");
        await WaitUntilDoneAsync();
        await Task.Delay(SimilarityIndex.MaxAge, CancellationToken);
        Assert.DoesNotContain(name, await FoundAsync(7001));
    }

    [Fact]
    public async Task A_late_event_of_an_image_that_is_there_again_removes_nothing()
    {
        await pipeline.UploadAndWaitAsync(("removal/back.bmp", TestImages.Bitmap(7002)));
        int before = (await RecordedAsync()).Count(recorded => recorded == "removal/back.bmp");

        await Deletions.SendMessageAsync(Event("removal/back.bmp", cloudEvents: false), CancellationToken);
        await WaitUntilDoneAsync();

        Assert.Equal(2, before);
        Assert.Equal(2, (await RecordedAsync()).Count(recorded => recorded == "removal/back.bmp"));
    }

    internal static string Event(string name, bool cloudEvents)
    {
        string subject = $"/blobServices/default/containers/images/blobs/{name}";
        const string Type = "Microsoft.Storage.BlobDeleted";
        return cloudEvents
            ? JsonSerializer.Serialize(
                new { specversion = "1.0", type = Type, source = "/subscriptions/1", id = "1", subject, data = new { api = "DeleteBlob" } })
            : JsonSerializer.Serialize(
                new
                {
                    topic = "/subscriptions/1", subject, eventType = Type, id = "1", data = new { api = "DeleteBlob" }, dataVersion = "",
                });
    }

    private QueueClient Queue(string name) =>
        new(pipeline.Azurite.ConnectionString, name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    // Hidden messages count too: at zero, every message was processed.
    private Task WaitUntilDoneAsync() => pipeline.App.Process.WaitUntilAsync(
        async () => (await Deletions.GetPropertiesAsync(CancellationToken)).Value.ApproximateMessagesCount == 0, "the queue to be empty");

    private async Task<IReadOnlyList<string>> RecordedAsync()
    {
        var names = new List<string>();
        await foreach (Azure.Data.Tables.TableEntity row in pipeline.Azurite.Tables.GetTableClient("Embeddings")
            .QueryAsync<Azure.Data.Tables.TableEntity>(select: ["Name"], cancellationToken: CancellationToken))
        {
            names.Add(row.GetString("Name"));
        }

        return names;
    }

    private async Task<IReadOnlyList<string>> FoundAsync(int number) =>
        [.. (await pipeline.App.FindSimilarAsync(TestImages.Bitmap(number), "?top=50"))["models"]!["vgg16"]!["results"]!.AsArray()
            .Select(result => result!["name"]!.GetValue<string>())];
}
