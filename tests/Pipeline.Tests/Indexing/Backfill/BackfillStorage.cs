using System.Text.Json;
using Azure.Data.Tables;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Indexing.Backfill;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Indexing.Backfill;

/// <summary>A container, tables and queues in memory, with a backfill on them.</summary>
internal sealed class BackfillStorage
{
    public static readonly ModelVersion Vgg16 = new("vgg16", "0123456789ab");
    public static readonly ModelVersion ResNet50 = new("resnet50", "ba9876543210");

    public BackfillStorage()
    {
        State = new InMemoryState(Time);
        Status = new BackfillStatusReader(new BackfillStateBlob(State, Time), new BackfillQueue(Queues), new FailureTable(AppTables));
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    public InMemoryImages Images { get; } = new();

    public InMemoryTables Tables { get; } = new();

    public InMemoryQueues Queues { get; } = new();

    public InMemoryState State { get; }

    public BackfillStatusReader Status { get; }

    public InMemoryQueue Queue => Queues.Queue(BackfillQueue.Name);

    public InMemoryQueue Poison => Queues.Queue(BackfillQueue.PoisonName);

    public RecordedLog<BackfillRun> Log { get; } = new();

    private PipelineTables AppTables => new(Tables);

    public static BackfillScope Scope(params ModelVersion[] models) => BackfillScope.Whole(models.Length == 0 ? [Vgg16, ResNet50] : models);

    public static BackfillOrder Order(BackfillScope? scope = null, int? rate = null) => new(scope ?? Scope(), "a test", rate);

    /// <summary>A process of its own: what it knows of others is in storage.</summary>
    public BackfillRun Run(int windowSize = 50_000) => new(
        new ImagesContainer(Images),
        Comparison(windowSize),
        new BackfillQueue(Queues),
        new BackfillStateBlob(State, Time),
        Time,
        Log);

    public IndexComparison Comparison(int windowSize = 50_000) => new(
        new ImagesContainer(Images), new EmbeddingTable(AppTables), new FailureTable(AppTables)) { WindowSize = windowSize };

    /// <summary>Lets an image have a row.</summary>
    public void PutRow(ModelVersion version, string name, string? etag, string container = "images")
    {
        var id = new ImageId(container, name);
        Put(Tables.Embeddings, PartitionKeys.Bucket(version, PartitionKeys.BucketOf(id.Key)), id, etag);
    }

    /// <summary>Lets an image have been refused.</summary>
    public void PutFailure(ModelVersion version, string name, string etag) =>
        Put(Tables.Failures, PartitionKeys.Model(version), new ImageId("images", name), etag, ("FailedAt", Time.GetUtcNow()));

    /// <summary>What is in the queue, in no order.</summary>
    public IReadOnlyList<BackfillMessage> Queued() => [.. Queue.Messages.Select(BackfillMessage.Read)];

    /// <summary>What was saved of how far a backfill is.</summary>
    public JsonElement Saved() => JsonDocument.Parse(State.Blob("backfill.json").Content!.ToMemory()).RootElement;

    private static void Put(InMemoryTable table, string partition, ImageId id, string? etag, params (string, object)[] more)
    {
        table.CreateIfNotExistsAsync();
        var row = new TableEntity(partition, id.Key) { ["Container"] = id.Container, ["Name"] = id.Name };
        if (etag is not null)
        {
            row["ImageETag"] = etag;
        }

        foreach ((string property, object value) in more)
        {
            row[property] = value;
        }

        table.Put(row);
    }
}
