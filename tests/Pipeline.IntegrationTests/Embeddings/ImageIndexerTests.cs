using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Embeddings;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;
using Pipeline.Search;

namespace Pipeline.IntegrationTests.Embeddings;

/// <summary>The indexer in this process, against storage of its own.</summary>
public sealed class ImageIndexerTests(RunningPipeline pipeline) : IAsyncLifetime
{
    private Azurite? _azurite;
    private ServiceProvider? _services;

    private ImageIndexer Indexer => _services!.GetRequiredService<ImageIndexer>();

    private EmbeddingTable Table => _services!.GetRequiredService<EmbeddingTable>();

    private InstalledModel Model => _services!.GetRequiredService<ModelSessions>().Models.Single(model => model.Key == "resnet50");

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _azurite = await Azurite.StartNewAsync();
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ImagesStorage"] = _azurite.ConnectionString,
                ["Models:Folder"] = pipeline.Models.Folder,
            })
            .Build();
        _services = new ServiceCollection().AddLogging().AddImaging().AddModels(configuration).AddEmbeddings(configuration).AddSearch().BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services!.DisposeAsync();
        await _azurite!.DisposeAsync();
    }

    [Fact]
    public async Task The_same_event_twice_is_one_write()
    {
        BlobClient blob = await UploadAsync("twice.bmp", 1);

        Assert.Equal(IndexOutcome.Indexed, await Indexer.IndexAsync("resnet50", blob, CancellationToken));
        RowVersion? first = await Table.FindVersionAsync(Model, Id("twice.bmp"), CancellationToken);
        Assert.Equal(IndexOutcome.AlreadyIndexed, await Indexer.IndexAsync("resnet50", blob, CancellationToken));
        RowVersion? second = await Table.FindVersionAsync(Model, Id("twice.bmp"), CancellationToken);

        Assert.NotNull(first);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task However_events_and_uploads_race_the_record_ends_at_the_newest_version()
    {
        BlobClient blob = await UploadAsync("race.bmp", 0);
        var events = new List<Task<IndexOutcome>>();
        for (int version = 1; version <= 12; version++)
        {
            events.Add(Indexer.IndexAsync("resnet50", blob, CancellationToken));
            await Task.Delay(version * 3 % 20, CancellationToken);
            await UploadAsync("race.bmp", version);
            events.Add(Indexer.IndexAsync("resnet50", blob, CancellationToken));
        }

        await Task.WhenAll(events);

        EmbeddingRecord record = (await Table.FindAsync(Model, Id("race.bmp").Key, CancellationToken))!;
        Assert.Equal((await blob.GetPropertiesAsync(cancellationToken: CancellationToken)).Value.ETag.ToString(), record.ImageETag);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Pictures.Bitmap(12))), record.ContentHash);
    }

    [Fact]
    public async Task A_writer_whose_row_changed_meanwhile_does_not_overwrite_it()
    {
        BlobClient blob = await UploadAsync("stale.bmp", 1);
        await Indexer.IndexAsync("resnet50", blob, CancellationToken);
        EmbeddingRecord old = (await Table.FindAsync(Model, Id("stale.bmp").Key, CancellationToken))!;
        RowVersion? seenByTheSlowWriter = await Table.FindVersionAsync(Model, Id("stale.bmp"), CancellationToken);
        await UploadAsync("stale.bmp", 2);
        await Indexer.IndexAsync("resnet50", blob, CancellationToken);

        Assert.False(await Table.TryWriteAsync(Model, old, seenByTheSlowWriter, CancellationToken));
        Assert.False(await Table.TryWriteAsync(Model, old, null, CancellationToken));

        EmbeddingRecord kept = (await Table.FindAsync(Model, Id("stale.bmp").Key, CancellationToken))!;
        Assert.NotEqual(old.ContentHash, kept.ContentHash);
    }

    [Fact]
    public async Task Models_write_independently()
    {
        BlobClient blob = await UploadAsync("one-model.bmp", 1);

        await Indexer.IndexAsync("resnet50", blob, CancellationToken);

        InstalledModel vgg16 = _services!.GetRequiredService<ModelSessions>().Models.Single(model => model.Key == "vgg16");
        Assert.NotNull(await Table.FindVersionAsync(Model, Id("one-model.bmp"), CancellationToken));
        Assert.Null(await Table.FindVersionAsync(vgg16, Id("one-model.bmp"), CancellationToken));
    }

    [Fact]
    public async Task Reconciling_removes_what_has_no_image_any_more_and_the_search_forgets_it()
    {
        BlobClient kept = await UploadAsync("kept.bmp", 1);
        BlobClient gone = await UploadAsync("gone.bmp", 2);
        await Indexer.IndexAsync("resnet50", kept, CancellationToken);
        await Indexer.IndexAsync("resnet50", gone, CancellationToken);
        var search = _services!.GetRequiredService<SimilaritySearch>();
        Assert.NotNull(await search.FindAsync("resnet50", Id("gone.bmp"), CancellationToken));
        await gone.DeleteAsync(cancellationToken: CancellationToken);

        int removed = await _services!.GetRequiredService<Reconciler>().RunAsync(CancellationToken);

        Assert.Equal(1, removed);
        Assert.Null(await Table.FindVersionAsync(Model, Id("gone.bmp"), CancellationToken));
        Assert.NotNull(await Table.FindVersionAsync(Model, Id("kept.bmp"), CancellationToken));
        await Task.Delay(SimilarityIndex.MaxAge, CancellationToken);
        Assert.Null(await search.FindAsync("resnet50", Id("gone.bmp"), CancellationToken));
        Assert.NotNull(await search.FindAsync("resnet50", Id("kept.bmp"), CancellationToken));
    }

    [Fact]
    public async Task An_index_that_is_filled_reads_only_what_the_log_names()
    {
        for (int i = 0; i < 5; i++)
        {
            await Indexer.IndexAsync("resnet50", await UploadAsync($"known-{i}.bmp", i), CancellationToken);
        }

        var search = _services!.GetRequiredService<SimilaritySearch>();
        Assert.NotNull(await search.FindAsync("resnet50", Id("known-0.bmp"), CancellationToken));

        // A row that is deleted behind the log's back stays known: nobody reads the table again.
        TableClient embeddings = _azurite!.Tables.GetTableClient("Embeddings");
        await foreach (TableEntity entity in embeddings.QueryAsync<TableEntity>(row => row.GetString("Name") == "known-0.bmp", cancellationToken: CancellationToken))
        {
            await embeddings.DeleteEntityAsync(entity, cancellationToken: CancellationToken);
        }

        await Indexer.IndexAsync("resnet50", await UploadAsync("new.bmp", 6), CancellationToken);
        await Task.Delay(SimilarityIndex.MaxAge, CancellationToken);

        Assert.NotNull(await search.FindAsync("resnet50", Id("new.bmp"), CancellationToken));
        Assert.NotNull(await search.FindAsync("resnet50", Id("known-0.bmp"), CancellationToken));
    }

    [Fact]
    public async Task A_refused_image_leaves_its_reason_until_a_good_one_or_none_takes_its_place()
    {
        BlobClient blob = _azurite!.Images.GetBlobClient("bad.jpg");
        await blob.UploadAsync(BinaryData.FromString("text"), CancellationToken);
        var failures = _services!.GetRequiredService<FailureTable>();

        ImageRejectedException refused = await Assert.ThrowsAsync<ImageRejectedException>(() => Indexer.IndexAsync("resnet50", blob, CancellationToken));
        string etag = (await blob.GetPropertiesAsync(cancellationToken: CancellationToken)).Value.ETag.ToString();
        Failure? recorded = await failures.FindAsync(Model, Id("bad.jpg"), etag, CancellationToken);
        await blob.DeleteAsync(cancellationToken: CancellationToken);
        Assert.Equal(IndexOutcome.Removed, await Indexer.IndexAsync("resnet50", blob, CancellationToken));

        Assert.Equal(ImageFault.UnsupportedFormat, refused.Rejection.Fault);
        Assert.Equal(refused.Rejection.Detail, recorded!.Reason);
        Assert.Null(await failures.FindAsync(Model, Id("bad.jpg"), etag, CancellationToken));
    }

    private static ImageId Id(string name) => new("images", name);

    private async Task<BlobClient> UploadAsync(string name, int number)
    {
        BlobClient blob = _azurite!.Images.GetBlobClient(name);
        await blob.UploadAsync(BinaryData.FromBytes(Pictures.Bitmap(number)), overwrite: true, CancellationToken);
        return blob;
    }
}
