using Azure.Data.Tables;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Saved;
using Pipeline.Search.Segments;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Search;

/// <summary>A model's embeddings in tables in memory, writers with clocks of their own, and an index that reads them.</summary>
internal sealed class IndexedStorage
{
    public static readonly InstalledModel Model = new(
        ModelCatalogue.Default().Models[0] with { EmbeddingLength = 4 },
        new Fingerprint("0123456789ab"), WeightsOrigin.Untrained, Precision.Float32, true, "vgg16.onnx");

    public static readonly TimeSpan PastMaxAge = SimilarityIndex.MaxAge + TimeSpan.FromMilliseconds(1);

    private readonly TimeSpan? _comparisonInterval;
    private readonly int _codedFrom;

    /// <param name="comparisonInterval">How often a bucket is compared with the table; as the product does it where it is null.</param>
    /// <param name="codedFrom">From how many images on there are codes, and the index is saved.</param>
    public IndexedStorage(TimeSpan? comparisonInterval = null, int codedFrom = IndexChanges.DefaultCodedFrom)
    {
        (_comparisonInterval, _codedFrom) = (comparisonInterval, codedFrom);
        Reader = new SteppingClock(Time);
        Table = new EmbeddingTable(new PipelineTables(Tables));
        Log = new ChangeLog(new PipelineTables(Tables), Reader);
        State = new InMemoryState(Time);
        Search = NewInstance();
    }

    /// <summary>Time as it is.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    public InMemoryTables Tables { get; } = new();

    public EmbeddingTable Table { get; }

    /// <summary>The clock of the instance that searches.</summary>
    public SteppingClock Reader { get; }

    /// <summary>The log as the searching instance has it.</summary>
    public ChangeLog Log { get; }

    /// <summary>The container of the app's own state, by the service's clock.</summary>
    public InMemoryState State { get; }

    public SimilaritySearch Search { get; private set; }

    public SimilarityIndex Index => Search.IndexOf(Model);

    /// <summary>The disk that all instances share here.</summary>
    public VectorRoom Room { get; } = new(Path.GetTempPath());

    /// <summary>What readers of saved indexes logged.</summary>
    public RecordedLog<SavedIndexReader> SavedLogger { get; } = new();

    /// <summary>What the index logged.</summary>
    public RecordedLog<SimilarityIndex> Logger { get; } = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public static ImageId Id(string name) => new("images", name);

    /// <summary>The hash of the content of one version of an image.</summary>
    public static string HashOf(string name, string etag) => Id($"{name} {etag}").Key;

    /// <summary>An instance that writes, by its own clock.</summary>
    public ChangeLog WriterLog(SteppingClock clock) => new(new PipelineTables(Tables), clock);

    /// <summary>Writes a row and its entry.</summary>
    public async Task WriteAsync(string name, string etag, ChangeLog? log = null)
    {
        await WriteRowAsync(name, etag);
        await (log ?? Log).AppendAsync(Model, Id(name).Key, etag, CancellationToken);
    }

    /// <summary>Writes a row without its entry.</summary>
    public async Task WriteRowAsync(string name, string etag, float[]? vector = null)
    {
        RowVersion? version = await Table.FindVersionAsync(Model, Id(name), CancellationToken);
        var record = new EmbeddingRecord(
            Id(name), etag, HashOf(name, etag), 1, 1, Time.GetUtcNow(), new Embedding(vector ?? [1, 0, 0, 0], 1));
        Assert.True(await Table.TryWriteAsync(Model, record, version, CancellationToken));
    }

    /// <summary>The instance ends, and another one begins.</summary>
    public void Restart() => Search = NewInstance();

    /// <summary>Saves the index if that is due.</summary>
    public Task<bool> SaveAsync() => Saving(Search).RunAsync(Model, CancellationToken);

    /// <summary>What saves the index of an instance.</summary>
    public IndexSaving Saving(SimilaritySearch search) => new(
        search,
        NewReader(),
        new SavedIndexWriter(new IndexBlobs(State), Reader, new RecordedLog<SavedIndexWriter>()),
        new IndexBlobs(State),
        Log,
        Reader,
        new RecordedLog<IndexSaving>());

    /// <summary>Another instance, which has read nothing yet.</summary>
    public SimilaritySearch NewInstance() => new(model => new SimilarityIndex(model, Table, Log, new SearchOptions(), Reader, Logger)
    {
        Saved = NewReader(),
        CodedFrom = _codedFrom,
        ComparisonInterval = _comparisonInterval ?? TimeSpan.FromMinutes(10) / EmbeddingTable.Buckets,
    });

    private SavedIndexReader NewReader() =>
        new(new IndexBlobs(State), Room, Reader, SavedLogger);

    /// <summary>Removes a row without an entry.</summary>
    public void RemoveRow(string name) => Tables.Embeddings.Remove(row => row.RowKey == Id(name).Key);

    /// <summary>What is found once an answer may no longer rest on an earlier look.</summary>
    public Task<IndexSnapshot> RefreshAsync() => RefreshAsync(PastMaxAge);

    public async Task<IndexSnapshot> RefreshAsync(TimeSpan after)
    {
        Time.Advance(after);
        return await Index.GetSnapshotAsync(CancellationToken);
    }

    /// <summary>Searches for as long as it takes until each part of the table was compared.</summary>
    public async Task CompareAllAsync()
    {
        for (int i = 0; i < 40; i++)
        {
            await RefreshAsync(TimeSpan.FromSeconds(15));
        }
    }

    /// <summary>The version of an image that search knows, or null.</summary>
    public async Task<string?> KnownAsync(string name) => (await RefreshAsync()).Find(Id(name))?.ImageETag;

    /// <summary>A row that another version of the product, or a hand, left behind.</summary>
    public void PutBroken(string name, Action<TableEntity> broken)
    {
        TableEntity row = EmbeddingEntity.From(
            Model, new EmbeddingRecord(Id(name), "1", HashOf(name, "1"), 1, 1, default, new Embedding(new float[] { 0, 1, 0, 0 }, 1)));
        broken(row);
        Tables.Embeddings.Put(row);
    }
}

/// <summary>A wall clock that is wrong, or put right, while time itself goes on.</summary>
internal sealed class SteppingClock(TimeProvider time) : TimeProvider
{
    public TimeSpan Off { get; set; }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Off;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
