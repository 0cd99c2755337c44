using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Pipeline.Imaging;
using Pipeline.Indexing;
using Pipeline.Indexing.Backfill;
using Pipeline.Indexing.Versions;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Storage.Tags;
using Pipeline.Storage.Thumbnails;

namespace Pipeline.IntegrationTests.Indexing;

/// <summary>The indexer in this process, against storage of its own.</summary>
public sealed class ImageIndexerTests(SeededModels models) : IAsyncLifetime
{
    private IndexerHost? _host;

    private IndexerHost Host => _host!;

    private EmbeddingTable Table => Host.Table;

    private InstalledModel Model => Host.Model;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await IndexerHost.StartAsync(models);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Fact]
    public async Task The_same_event_twice_is_one_write()
    {
        await Host.UploadAsync("twice.bmp", 1);

        Assert.Equal(IndexOutcome.Indexed, await Host.IndexAsync("twice.bmp", CancellationToken));
        RowVersion? first = await Table.FindVersionAsync(Model, Id("twice.bmp"), CancellationToken);
        Assert.Equal(IndexOutcome.AlreadyIndexed, await Host.IndexAsync("twice.bmp", CancellationToken));
        RowVersion? second = await Table.FindVersionAsync(Model, Id("twice.bmp"), CancellationToken);

        Assert.NotNull(first);
        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Thumbnails_of_a_version_go_when_it_is_replaced_also_by_what_is_no_image(bool byImage)
    {
        ThumbnailSource thumbnails = Host.Get<ThumbnailSource>();
        await Host.UploadAsync("replaced.bmp", 1);
        await Host.UploadAsync("stays.bmp", 1);
        await Host.IndexAsync("replaced.bmp", CancellationToken);
        foreach (string name in (string[])["replaced.bmp", "stays.bmp"])
        {
            Assert.NotNull(await thumbnails.FindAsync(name, 256, _ => false, CancellationToken));
        }

        await Host.UploadAsync("replaced.bmp", byImage ? BinaryData.FromBytes(TestImages.Bitmap(2)) : new BinaryData("no image"));
        await (byImage
            ? (Task)Host.IndexAsync("replaced.bmp", CancellationToken)
            : Assert.ThrowsAsync<ImageRejectedException>(() => Host.IndexAsync("replaced.bmp", CancellationToken)));

        var kept = new List<string>();
        await foreach (BlobItem blob in new BlobContainerClient(Host.Azurite.ConnectionString, "thumbnails")
            .GetBlobsAsync(cancellationToken: CancellationToken))
        {
            kept.Add(blob.Name);
        }

        Assert.StartsWith($"{Id("stays.bmp").Key}/", Assert.Single(kept), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_tags_that_were_set_or_taken_away_later_are_found_at_night()
    {
        var tags = Host.Get<TagTable>();
        await Host.UploadAsync("tags.bmp", 1);
        await Host.UploadAsync("other.bmp", 2);
        await tags.ChangeAsync(Id("tags.bmp"), row => row with { Tags = ["own"] }, CancellationToken);
        await SetAsync("tags.bmp", "place", "Hall 7");
        await SetAsync("other.bmp", "place", "Hall 8");

        await Host.Get<Reconciler>().RunAsync(CancellationToken);
        Assert.Equal(["own", "place=hall 7"], (await tags.FindAsync(Id("tags.bmp").Key, CancellationToken))!.Tags);
        Assert.Equal(["place=hall 8"], (await tags.FindAsync(Id("other.bmp").Key, CancellationToken))!.Tags);

        await Host.Blobs.GetBlobClient("tags.bmp").SetTagsAsync(new Dictionary<string, string>(), cancellationToken: CancellationToken);
        await Host.Get<Reconciler>().RunAsync(CancellationToken);
        Assert.Equal(["own"], (await tags.FindAsync(Id("tags.bmp").Key, CancellationToken))!.Tags);
        Assert.Equal(["place=hall 8"], (await tags.FindAsync(Id("other.bmp").Key, CancellationToken))!.Tags);

        Task SetAsync(string name, string key, string value) => Host.Blobs.GetBlobClient(name).SetTagsAsync(
            new Dictionary<string, string> { [key] = value }, cancellationToken: CancellationToken);
    }

    [Fact]
    public async Task However_events_and_uploads_race_the_record_ends_at_the_newest_version()
    {
        await Host.UploadAsync("race.bmp", 0);
        var events = new List<Task<IndexOutcome>>();
        for (int version = 1; version <= 12; version++)
        {
            events.Add(Host.IndexAsync("race.bmp", CancellationToken));
            await Task.Delay(version * 3 % 20, CancellationToken);
            await Host.UploadAsync("race.bmp", version);
            events.Add(Host.IndexAsync("race.bmp", CancellationToken));
        }

        await Task.WhenAll(events);

        EmbeddingRecord record = (await Table.FindAsync(Model, Id("race.bmp").Key, CancellationToken))!;
        Assert.Equal(await Host.ETagAsync("race.bmp"), record.ImageETag);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(TestImages.Bitmap(12))), record.ContentHash);
    }

    [Fact]
    public async Task A_writer_whose_row_changed_meanwhile_does_not_overwrite_it()
    {
        await Host.UploadAsync("stale.bmp", 1);
        await Host.IndexAsync("stale.bmp", CancellationToken);
        EmbeddingRecord old = (await Table.FindAsync(Model, Id("stale.bmp").Key, CancellationToken))!;
        RowVersion? seenByTheSlowWriter = await Table.FindVersionAsync(Model, Id("stale.bmp"), CancellationToken);
        await Host.UploadAsync("stale.bmp", 2);
        await Host.IndexAsync("stale.bmp", CancellationToken);

        Assert.False(await Table.TryWriteAsync(Model, old, seenByTheSlowWriter, CancellationToken));
        Assert.False(await Table.TryWriteAsync(Model, old, null, CancellationToken));

        EmbeddingRecord kept = (await Table.FindAsync(Model, Id("stale.bmp").Key, CancellationToken))!;
        Assert.NotEqual(old.ContentHash, kept.ContentHash);
    }

    [Fact]
    public async Task Models_write_independently()
    {
        await Host.UploadAsync("one-model.bmp", 1);

        await Host.IndexAsync("one-model.bmp", CancellationToken);

        InstalledModel vgg16 = Host.Get<ModelSessions>().Models.Single(model => model.Key == "vgg16");
        Assert.NotNull(await Table.FindVersionAsync(Model, Id("one-model.bmp"), CancellationToken));
        Assert.Null(await Table.FindVersionAsync(vgg16, Id("one-model.bmp"), CancellationToken));
    }

    [Fact]
    public async Task Reconciling_removes_what_has_no_image_any_more_and_the_search_forgets_it()
    {
        await Host.UploadAsync("kept.bmp", 1);
        await Host.UploadAsync("gone.bmp", 2);
        await Host.IndexAsync("kept.bmp", CancellationToken);
        await Host.IndexAsync("gone.bmp", CancellationToken);
        Assert.NotNull(await Host.SearchAsync("gone.bmp"));
        await Host.DeleteAsync("gone.bmp");

        int removed = await Host.Get<Reconciler>().RunAsync(CancellationToken);

        Assert.Equal(1, removed);
        Assert.Null(await Table.FindVersionAsync(Model, Id("gone.bmp"), CancellationToken));
        Assert.NotNull(await Table.FindVersionAsync(Model, Id("kept.bmp"), CancellationToken));
        Assert.Null(await Host.SearchAsync("gone.bmp"));
        Assert.NotNull(await Host.SearchAsync("kept.bmp"));
    }

    [Fact]
    public async Task Reconciling_queues_what_was_missed_and_its_message_makes_the_record()
    {
        await Host.UploadAsync("missed.bmp", 1);
        await Host.UploadAsync("indexed.bmp", 2);
        await Host.UploadAsync("damaged.bmp", BinaryData.FromString("Just text."));
        await Host.IndexAsync("indexed.bmp", CancellationToken);
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        var queue = new QueueClient(Host.Azurite.ConnectionString, BackfillQueue.Name, options);

        Assert.Equal(0, await Host.Get<Reconciler>().RunAsync(CancellationToken));
        QueueMessage[] received = await queue.ReceiveMessagesAsync(32, cancellationToken: CancellationToken);
        string[] messages = [.. received.Select(message => message.Body.ToString())];
        foreach (string message in messages.Where(message => message.Contains("resnet50", StringComparison.Ordinal)))
        {
            await Host.Get<BackfillWorker>().RunAsync(message, CancellationToken);
        }

        await queue.ClearMessagesAsync(CancellationToken);
        await Host.Get<Reconciler>().RunAsync(CancellationToken);
        BackfillStatus status = (await Host.Get<BackfillStatusReader>().ReadAsync(CancellationToken))!;

        Assert.Equal(
            [
                ("damaged.bmp", "resnet50"), ("damaged.bmp", "vgg16"), ("indexed.bmp", "vgg16"), ("missed.bmp", "resnet50"),
                ("missed.bmp", "vgg16"),
            ],
            messages.Select(BackfillMessage.Read).Select(message => (message.Name, message.Model)).Order());
        Assert.NotNull(await Host.RecordAsync("missed.bmp"));
        Assert.Equal(new BackfillCounts(Images: 3, Current: 2, Queued: 3, Refused: 1), status.State.Counts);
        Assert.Equal(3, status.Left);
    }

    [Fact]
    public async Task Reconciling_deletes_the_rows_of_an_earlier_model_a_week_after_it_was_replaced()
    {
        await Host.UploadAsync("a.bmp", 1);
        await Host.IndexAsync("a.bmp", CancellationToken);
        TableClient embeddings = Host.Azurite.Tables.GetTableClient("Embeddings");
        TableEntity row = await embeddings.QueryAsync<TableEntity>(cancellationToken: CancellationToken).SingleAsync(CancellationToken);
        string key = row.RowKey;
        for (int i = 0; i < 130; i++)
        {
            await embeddings.AddEntityAsync(new TableEntity($"resnet50-00000000000a-0{i % 16:x}", $"{i}"), CancellationToken);
        }

        await Host.Get<Reconciler>().RunAsync(CancellationToken);
        int kept = await embeddings.QueryAsync<TableEntity>(cancellationToken: CancellationToken).CountAsync(CancellationToken);
        Host.Time.Ahead += OldVersions.Grace;
        await Host.Get<Reconciler>().RunAsync(CancellationToken);

        Assert.Equal(131, kept);
        Assert.Equal(
            key, (await embeddings.QueryAsync<TableEntity>(cancellationToken: CancellationToken).SingleAsync(CancellationToken)).RowKey);
    }

    [Theory]
    [InlineData("""{"name":"a.bmp","model":"alexnet"}""", "asks for the model 'alexnet', which is not installed here")]
    [InlineData("""{"name":"../models/x","model":"vgg16"}""", "No image of the container 'images' can be called '../models/x'")]
    [InlineData("no JSON", "A message about an image to be indexed cannot be read")]
    public async Task A_message_that_no_attempt_can_fulfil_fails_with_its_reason(string message, string reason) => Assert.Contains(
        reason,
        (await Assert.ThrowsAsync<InvalidDataException>(() => Host.Get<BackfillWorker>().RunAsync(message, CancellationToken))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task An_index_that_is_filled_reads_what_the_log_names_at_once_and_heals_of_what_it_does_not_name_within_minutes()
    {
        for (int i = 0; i < 5; i++)
        {
            await Host.UploadAsync($"known-{i}.bmp", i);
            await Host.IndexAsync($"known-{i}.bmp", CancellationToken);
        }

        Assert.NotNull(await Host.SearchAsync("known-0.bmp"));
        TableClient embeddings = Host.Azurite.Tables.GetTableClient("Embeddings");
        await foreach (TableEntity entity in embeddings.QueryAsync<TableEntity>(
            row => row.GetString("Name") == "known-0.bmp", cancellationToken: CancellationToken))
        {
            await embeddings.DeleteEntityAsync(entity, cancellationToken: CancellationToken);
        }

        await Host.UploadAsync("new.bmp", 6);
        await Host.IndexAsync("new.bmp", CancellationToken);
        Assert.NotNull(await Host.SearchAsync("new.bmp"));
        for (int i = 0; i < 20; i++)
        {
            Host.Time.Ahead += TimeSpan.FromSeconds(30);
            await Host.SearchAsync("new.bmp");
        }

        Assert.Null(await Host.SearchAsync("known-0.bmp"));
        Assert.NotNull(await Host.SearchAsync("known-1.bmp"));
    }

    [Fact]
    public async Task A_slash_at_either_end_of_a_name_makes_it_another_image()
    {
        string[] names = ["x.jpg", "/x.jpg", "//y.jpg", "x/", "x.jpg/", "%2e%2e/x"];
        for (int i = 0; i < names.Length; i++)
        {
            await Host.UploadAsync(names[i], i);
        }

        foreach (string name in names)
        {
            Assert.Equal(IndexOutcome.Indexed, await Host.IndexAsync(name, CancellationToken));
            Assert.Equal(IndexOutcome.AlreadyIndexed, await Host.IndexAsync(name, CancellationToken));
        }

        await Host.DeleteAsync("x.jpg");
        Assert.True(await Host.RemoveIfGoneAsync("x.jpg", CancellationToken));
        Assert.False(await Host.RemoveIfGoneAsync("/x.jpg", CancellationToken));
        Assert.Null(await Host.RecordAsync("x.jpg"));
        for (int i = 1; i < names.Length; i++)
        {
            EmbeddingRecord? record = await Host.SearchAsync(names[i]);
            Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(TestImages.Bitmap(i))), record?.ContentHash);
            Assert.Equal((names[i], await Host.ETagAsync(names[i])), (record!.Id.Name, record.ImageETag));
        }
    }

    [Theory]
    [InlineData("a/../b.jpg")]
    [InlineData("..")]
    [InlineData("../models/x")]
    public async Task A_name_that_an_address_cannot_hold_is_refused_before_storage_is_asked(string name)
    {
        await Host.UploadAsync("b.jpg", 1);

        await Assert.ThrowsAsync<InvalidDataException>(() => Host.IndexAsync(name, CancellationToken));
        await Assert.ThrowsAsync<InvalidDataException>(() => Host.RemoveIfGoneAsync(name, CancellationToken));

        Assert.Empty(Host.Requests.Sent);
    }

    [Fact]
    public async Task Records_that_were_written_by_hand_do_not_keep_the_others_from_being_reconciled()
    {
        await Host.UploadAsync("gone.bmp", 1);
        await Host.IndexAsync("gone.bmp", CancellationToken);
        EmbeddingRecord record = (await Host.RecordAsync("gone.bmp"))!;
        foreach (ImageId stranger in new ImageId[] { new("images", "../x"), new("elsewhere", "x.jpg") })
        {
            Assert.True(await Table.TryWriteAsync(Model, record with { Id = stranger }, null, CancellationToken));
        }

        TableClient embeddings = Host.Azurite.Tables.GetTableClient("Embeddings");
        await embeddings.AddEntityAsync(new TableEntity($"{Model.Key}-{Model.Fingerprint}-00", $"{0:d64}"), CancellationToken);
        await Host.DeleteAsync("gone.bmp");

        Assert.Equal(1, await Host.Get<Reconciler>().RunAsync(CancellationToken));

        Assert.Null(await Host.RecordAsync("gone.bmp"));
        Assert.NotNull(await Table.FindVersionAsync(Model, new ImageId("elsewhere", "x.jpg"), CancellationToken));
    }

    [Fact]
    public async Task A_refused_image_leaves_its_reason_until_a_good_one_or_none_takes_its_place()
    {
        await Host.UploadAsync("bad.jpg", BinaryData.FromString("text"));
        var failures = Host.Get<FailureTable>();

        ImageRejectedException refused = await Assert.ThrowsAsync<ImageRejectedException>(
            () => Host.IndexAsync("bad.jpg", CancellationToken));
        string etag = await Host.ETagAsync("bad.jpg");
        Failure? recorded = await failures.FindAsync(Model, Id("bad.jpg"), etag, CancellationToken);
        await Host.DeleteAsync("bad.jpg");
        Assert.Equal(IndexOutcome.Removed, await Host.IndexAsync("bad.jpg", CancellationToken));

        Assert.Equal(ImageFault.UnsupportedFormat, refused.Rejection.Fault);
        Assert.Equal(refused.Rejection.Detail, recorded!.Reason);
        Assert.Null(await failures.FindAsync(Model, Id("bad.jpg"), etag, CancellationToken));
    }

    private static ImageId Id(string name) => new("images", name);
}
