using System.Text;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Pipeline.Indexing.PoisonQueue;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Storage;

namespace Pipeline.IntegrationTests.Indexing;

/// <summary>Listing and replaying against the emulator alone: no app takes what is replayed.</summary>
public sealed class PoisonReplayTests : IAsyncLifetime
{
    private Azurite? _azurite;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    private BlobContainerClient Images => _azurite!.Images;

    private QueueClient Queue => new(_azurite!.ConnectionString, PoisonReader.QueueName);

    private PoisonReader Reader => new(Queue, Images, new FailureTable(new PipelineTables(_azurite!.Tables)));

    private PoisonReplay Replay => new(Queue, Images);

    public async ValueTask InitializeAsync() => _azurite = await Azurite.StartNewAsync();

    public async ValueTask DisposeAsync() => await _azurite!.DisposeAsync();

    [Fact]
    public async Task An_account_without_a_poison_queue_has_nothing_to_list_or_replay()
    {
        PoisonListing listing = await Reader.ListAsync(CancellationToken);

        Assert.Equal((0, 0), (listing.Blobs.Count, listing.Total));
        Assert.Empty(await Replay.RunAsync(_ => true, null, CancellationToken));
        Assert.False(await Queue.ExistsAsync(CancellationToken));
    }

    [Theory]
    [InlineData("plain.jpg")]
    [InlineData("deep/er/a b+c&d=e?f#g.bmp")]
    [InlineData("花瓶-🏺.bmp")]
    [InlineData("100%25 quote'and\"double.bmp")]
    public async Task A_blob_is_copied_onto_itself_with_all_that_it_has_and_its_messages_go(string name)
    {
        BlobClient blob = Images.GetBlobClient(name);
        await blob.UploadAsync(BinaryData.FromString("content"), new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = "image/x-test", CacheControl = "no-store" },
            Metadata = new Dictionary<string, string> { ["owner"] = "somebody" },
            Tags = new Dictionary<string, string> { ["season"] = "summer" },
            AccessTier = AccessTier.Cool,
        }, CancellationToken);
        BlobProperties before = await blob.GetPropertiesAsync(cancellationToken: CancellationToken);
        await SendAsync("EmbedWithVgg16", name, before.ETag.ToString("H"));
        await SendAsync("EmbedWithResNet50", name, before.ETag.ToString("H"));

        IReadOnlyList<ReplayResult> results = await Replay.RunAsync(_ => true, null, CancellationToken);

        Assert.Equal([ReplayOutcome.Replayed, ReplayOutcome.Replayed], results.Select(result => result.Outcome));
        BlobProperties after = await blob.GetPropertiesAsync(cancellationToken: CancellationToken);
        Assert.NotEqual(before.ETag, after.ETag);
        Assert.Equal("content", (await blob.DownloadContentAsync(CancellationToken)).Value.Content.ToString());
        Assert.Equal(("image/x-test", "no-store", "Cool"), (after.ContentType, after.CacheControl, after.AccessTier));
        Assert.Equal("somebody", after.Metadata["owner"]);
        Assert.Equal("summer", (await blob.GetTagsAsync(cancellationToken: CancellationToken)).Value.Tags["season"]);
        Assert.Empty(await BodiesAsync());
        Assert.Empty(await Replay.RunAsync(_ => true, null, CancellationToken));
        Assert.Equal(after.ETag, (await blob.GetPropertiesAsync(cancellationToken: CancellationToken)).Value.ETag);
    }

    [Fact]
    public async Task A_blob_that_is_gone_or_newer_is_left_alone_and_loses_its_message()
    {
        string newer = await UploadAsync("newer.jpg");
        await SendAsync("EmbedWithVgg16", "newer.jpg", "\"0xOLD\"");
        await SendAsync("EmbedWithVgg16", "gone.jpg", "\"0xOLD\"");

        PoisonListing listing = await Reader.ListAsync(CancellationToken);
        IReadOnlyList<ReplayResult> results = await Replay.RunAsync(_ => true, null, CancellationToken);

        Assert.Equal([BlobPresence.Replaced, BlobPresence.Gone], listing.Blobs.Select(blob => blob.Presence));
        Assert.Equal([ReplayOutcome.Replaced, ReplayOutcome.Gone], results.Select(result => result.Outcome));
        Assert.Equal(newer, await ETagAsync("newer.jpg"));
        Assert.False(await Images.GetBlobClient("gone.jpg").ExistsAsync(CancellationToken));
        Assert.Empty(await BodiesAsync());
    }

    [Fact]
    public async Task Messages_of_others_are_named_and_stay_as_they_are()
    {
        string etag = await UploadAsync("m.jpg");
        string[] foreign = ["Just text.", Encode(
            """{"Type":"BlobTrigger","FunctionId":"Host.Functions.Theirs","ContainerName":"images","BlobName":"m.jpg","ETag":"\"1\""}"""),
            Encode("<&>\"")];
        foreach (string body in foreign)
        {
            await SendAsync(body);
        }

        PoisonListing listing = await Reader.ListAsync(CancellationToken);
        IReadOnlyList<ReplayResult> results = await Replay.RunAsync(_ => true, null, CancellationToken);

        Assert.All(listing.Blobs, blob => Assert.NotNull(blob.Fault));
        Assert.Equal(listing.Blobs.Select(blob => blob.Fault), results.Select(result => result.Detail));
        Assert.All(results, result => Assert.Equal(ReplayOutcome.Unknown, result.Outcome));
        Assert.Equal(foreign, await BodiesAsync());
        Assert.Equal(etag, await ETagAsync("m.jpg"));
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_replayed_and_the_rest_is_in_sight_again()
    {
        string[] names = [.. Enumerable.Range(0, 70).Select(i => $"{(i % 2 == 0 ? "even" : "odd")}/{i}.jpg")];
        foreach (string name in names)
        {
            await SendAsync("EmbedWithVgg16", name, await UploadAsync(name));
        }

        PoisonListing listing = await Reader.ListAsync(CancellationToken);
        IReadOnlyList<ReplayResult> results = await Replay.RunAsync(
            message => message.Id.Name.StartsWith("even/", StringComparison.Ordinal), null, CancellationToken);

        Assert.Equal((32, 70), (listing.Blobs.Count, listing.Total));
        Assert.Equal(
            names.Where(name => name.StartsWith("even/", StringComparison.Ordinal)), results.Select(result => result.Message!.Id.Name));
        PoisonListing rest = await Reader.ListAsync(CancellationToken);
        Assert.Equal((32, 35), (rest.Blobs.Count, rest.Total));
        Assert.All(rest.Blobs, blob => Assert.StartsWith("odd/", blob.Message!.Id.Name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_blob_that_storage_will_not_copy_keeps_its_message_and_the_others_go_on()
    {
        string leased = await UploadAsync("leased.jpg");
        await Images.GetBlobClient("leased.jpg").GetBlobLeaseClient().AcquireAsync(
            TimeSpan.FromSeconds(60), cancellationToken: CancellationToken);
        await SendAsync("EmbedWithVgg16", "leased.jpg", await ETagAsync("leased.jpg"));
        await SendAsync("EmbedWithVgg16", "free.jpg", await UploadAsync("free.jpg"));

        IReadOnlyList<ReplayResult> results = await Replay.RunAsync(_ => true, null, CancellationToken);

        Assert.Equal([ReplayOutcome.Refused, ReplayOutcome.Replayed], results.Select(result => result.Outcome));
        Assert.Contains("lease", results[0].Detail, StringComparison.Ordinal);
        Assert.Equal(leased, await ETagAsync("leased.jpg"));
        Assert.Contains("leased.jpg", PoisonMessage.Decode(Assert.Single(await BodiesAsync())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_cancellation_what_was_not_reached_is_still_there_and_the_next_call_does_it()
    {
        foreach (string name in (string[])["1.jpg", "2.jpg", "3.jpg"])
        {
            await SendAsync("EmbedWithVgg16", name, await UploadAsync(name));
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Replay.RunAsync(_ => true, new StopAtFirst(stop), stop.Token));

        Assert.Equal(2, (await BodiesAsync()).Length);
        Assert.Equal(
            ["2.jpg", "3.jpg"], (await Replay.RunAsync(_ => true, null, CancellationToken)).Select(result => result.Message!.Id.Name));
    }

    [Fact]
    public async Task A_message_that_cannot_be_put_back_hides_no_error_and_keeps_no_other()
    {
        foreach (string name in (string[])["1.jpg", "2.jpg", "3.jpg", "4.jpg"])
        {
            await SendAsync("EmbedWithVgg16", name, await UploadAsync(name));
        }

        var broken = new FailingUpdate();
        var options = new QueueClientOptions();
        options.AddPolicy(broken, HttpPipelinePosition.PerCall);
        var replay = new PoisonReplay(
            new QueueClient(_azurite!.ConnectionString, PoisonReader.QueueName, options), Images);

        await Assert.ThrowsAsync<NotSupportedException>(() => replay.RunAsync(_ => true, new FailAtFirst(), CancellationToken));

        // 1 is done, 2 is the one that is not put back before its time.
        Assert.Equal(3, broken.Updates);
        Assert.Equal(2, (await BodiesAsync()).Length);
    }

    [Fact]
    public async Task Where_all_else_went_well_a_message_that_cannot_be_put_back_is_the_error()
    {
        foreach (string name in (string[])["1.jpg", "2.jpg", "3.jpg"])
        {
            await SendAsync("EmbedWithVgg16", name, await UploadAsync(name));
        }

        var options = new QueueClientOptions();
        options.AddPolicy(new FailingUpdate(), HttpPipelinePosition.PerCall);
        var replay = new PoisonReplay(
            new QueueClient(_azurite!.ConnectionString, PoisonReader.QueueName, options), Images);

        RequestFailedException failed = await Assert.ThrowsAsync<RequestFailedException>(
            () => replay.RunAsync(_ => false, null, CancellationToken));

        Assert.Equal(403, failed.Status);
        Assert.Equal(2, (await BodiesAsync()).Length);
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private async Task SendAsync(string function, string name, string etag) => await SendAsync(Encode(JsonSerializer.Serialize(new
    {
        Type = "BlobTrigger", FunctionId =
            $"Host.Functions.{function}", BlobType = "BlockBlob", ContainerName = "images", BlobName = name, ETag = etag,
    })));

    private async Task SendAsync(string body)
    {
        await Queue.CreateIfNotExistsAsync(cancellationToken: CancellationToken);
        await Queue.SendMessageAsync(body, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: CancellationToken);
    }

    private async Task<string[]> BodiesAsync()
    {
        PeekedMessage[] peeked = await Queue.PeekMessagesAsync(32, CancellationToken);
        return [.. peeked.Select(message => message.Body.ToString())];
    }

    private async Task<string> UploadAsync(string name) =>
        (await Images.GetBlobClient(name).UploadAsync(BinaryData.FromString(name), overwrite: true, CancellationToken)).Value.ETag.ToString(
            "H");

    private async Task<string> ETagAsync(string name) =>
        (await Images.GetBlobClient(name).GetPropertiesAsync(cancellationToken: CancellationToken)).Value.ETag.ToString("H");

    private sealed class StopAtFirst(CancellationTokenSource stop) : IProgress<ReplayResult>
    {
        public void Report(ReplayResult value) => stop.Cancel();
    }

    private sealed class FailAtFirst : IProgress<ReplayResult>
    {
        public void Report(ReplayResult value) => throw new NotSupportedException();
    }

    /// <summary>Storage refuses the first message that is put back.</summary>
    private sealed class FailingUpdate : HttpPipelinePolicy
    {
        public int Updates { get; private set; }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
            message.Request.Method == RequestMethod.Put && ++Updates == 1
                ? throw new RequestFailedException(403, "refused")
                : ProcessNextAsync(message, pipeline);
    }
}
