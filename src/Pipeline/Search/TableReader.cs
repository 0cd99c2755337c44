using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Models;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>
/// Brings what is known of one model's embeddings up to the table: all of it, or what the log of changes names; and a part of the keys is
/// compared with the table now and then, so that what the log has lost heals. One call at a time.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="embeddings">The stored embeddings.</param>
/// <param name="changes">The log of what changed.</param>
/// <param name="newStore">Makes the place for vectors where all are read.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes what was healed and what cannot be read.</param>
internal sealed partial class TableReader(
    InstalledModel model,
    EmbeddingTable embeddings,
    ChangeLog changes,
    Func<VectorStore> newStore,
    TimeProvider time,
    ILogger<SimilarityIndex> logger)
{
    /// <summary><see cref="ComparisonInterval"/>, unless a test or a measurement wants another.</summary>
    public static readonly TimeSpan DefaultComparisonInterval = TimeSpan.FromMinutes(10) / EmbeddingTable.Buckets;

    // Rows read side by side where the log names many.
    private const int Readers = 8;

    // Rows that are read one by one in a second; and of a larger index so many that reading the whole table would take as long.
    private const int FewRows = 1000;
    private const int RowsLikeTable = 3;

    // After a pause more buckets are due than one refresh may take its time for.
    private const int MostComparedAtOnce = 4;

    private long? _comparedAt;
    private int _nextBucket;

    /// <inheritdoc cref="IndexChanges.CodedFrom"/>
    public int CodedFrom { get; init; } = IndexChanges.DefaultCodedFrom;

    /// <summary>
    /// One bucket is compared with the table each time this has passed, so all of them in ten minutes while the index is asked.
    /// </summary>
    public TimeSpan ComparisonInterval { get; init; } = DefaultComparisonInterval;

    /// <summary>What the table holds.</summary>
    /// <param name="at">Now, as <see cref="TimeProvider.GetTimestamp"/> gives it.</param>
    /// <param name="known">What is known; null for nothing.</param>
    public Task<IndexSnapshot> ReadAsync(long at, IndexSnapshot? known) =>
        known is null ? ReadAllAsync(at, null) : ReadChangesAsync(at, known);

    private async Task<IndexSnapshot> ReadAllAsync(long at, IndexSnapshot? known)
    {
        // The log's end before the table: what is written from then on is named after that end, or is in the table already, or both.
        LogPosition position = await changes.FindEndAsync(model, CancellationToken.None).ConfigureAwait(false);
        var empty = IndexSnapshot.Empty(newStore());
        var content = new IndexChanges(empty, model.Definition.EmbeddingLength) { CodedFrom = CodedFrom };
        IReadOnlyDictionary<string, string> reported = (known ?? empty).Skipped;
        var readers = new ParallelOptions { MaxDegreeOfParallelism = Readers };
        await Parallel.ForAsync(0, EmbeddingTable.Buckets, readers, async (bucket, token) =>
        {
            await foreach (EmbeddingRow row in embeddings.ReadBucketAsync(model, bucket, token).ConfigureAwait(false))
            {
                Put(content, row.Key, row, reported);
            }
        }).ConfigureAwait(false);

        _comparedAt = at;
        return content.ToSnapshot(at) with { Position = position };
    }

    private async Task<IndexSnapshot> ReadChangesAsync(long at, IndexSnapshot known)
    {
        // Entries are deleted after a while. Who was away for longer compares all keys, which is less than reading all vectors.
        bool isBeyondLog = time.GetElapsedTime(known.ReadAt, at) > ChangeLog.Reach;
        TimeSpan sinceCompared = time.GetElapsedTime(_comparedAt ??= at, at);
        int buckets = isBeyondLog ? EmbeddingTable.Buckets : (int)Math.Min(sinceCompared / ComparisonInterval, MostComparedAtOnce);
        LogPosition position = isBeyondLog
            ? await changes.FindEndAsync(model, CancellationToken.None).ConfigureAwait(false)
            : known.Position;

        // The keys before the log: what changes between the two is named by the log, and so is not taken for something that it missed.
        HashSet<string> different = await CompareAsync(known, buckets).ConfigureAwait(false);
        LoggedChanges logged = await changes.ReadAsync(model, position, CancellationToken.None).ConfigureAwait(false);
        different.ExceptWith(logged.Keys);

        string[] keys = [.. logged.Keys, .. different];
        if (keys.Length > Math.Max(FewRows, known.Count / RowsLikeTable))
        {
            return await ReadAllAsync(at, known).ConfigureAwait(false);
        }

        var rows = new EmbeddingRow?[keys.Length];
        await Parallel.ForAsync(0, keys.Length, new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (i, token) =>
        {
            rows[i] = await embeddings.FindRowAsync(model, keys[i], token).ConfigureAwait(false);
        }).ConfigureAwait(false);

        IndexSnapshot next = known with { ReadAt = at };
        if (keys.Length > 0)
        {
            var content = new IndexChanges(known, model.Definition.EmbeddingLength) { CodedFrom = CodedFrom };
            foreach ((string key, EmbeddingRow? row) in keys.Zip(rows))
            {
                Put(content, key, row, known.Skipped);
            }

            next = content.ToSnapshot(at);
        }

        if (isBeyondLog)
        {
            _comparedAt = at;
        }
        else if (buckets > 0)
        {
            // What is left of the time counts for the next turn, unless it is a pause that nobody catches up with.
            TimeSpan left = buckets < MostComparedAtOnce ? sinceCompared - (buckets * ComparisonInterval) : TimeSpan.Zero;
            _comparedAt = at - (long)(left.TotalSeconds * time.TimestampFrequency);
            _nextBucket = (_nextBucket + buckets) % EmbeddingTable.Buckets;
            int healed = different.Count(key => known.VersionOf(key) != next.VersionOf(key));
            if (healed > 0)
            {
                Telemetry.Healed.Add(healed, new KeyValuePair<string, object?>("model", model.Key));
                LogHealed(model.Key, healed);
            }
        }

        // Only now that all of it is known: a refresh that fails is repeated from where this one began.
        return next with { Position = logged.Position };
    }

    /// <param name="content">Takes it.</param>
    /// <param name="key">The image.</param>
    /// <param name="row">Its row; null where there is none.</param>
    /// <param name="reported">The versions of the unreadable rows that were logged already, by their keys.</param>
    private void Put(IndexChanges content, string key, EmbeddingRow? row, IReadOnlyDictionary<string, string> reported)
    {
        EmbeddingRecord? record = null;
        string? error = null;
        bool unreadable = row?.TryGetRecord(out record, out error) == false;
        content.Put(key, record, unreadable ? row!.RowETag : null);

        // Once for each version of a row, not by every refresh that comes across it.
        if (unreadable && reported.GetValueOrDefault(key) != row!.RowETag)
        {
            LogSkipped(model.Key, error!);
        }
    }

    /// <summary>The keys in the next buckets of which the table holds another version than we do, or only one of us holds any.</summary>
    private async Task<HashSet<string>> CompareAsync(IndexSnapshot known, int buckets)
    {
        var different = new HashSet<string>(StringComparer.Ordinal);
        if (buckets == 0)
        {
            return different;
        }

        int[] turn = [.. Enumerable.Range(_nextBucket, buckets).Select(bucket => bucket % EmbeddingTable.Buckets)];
        var stored = new Dictionary<string, string?>[turn.Length];
        await Parallel.ForAsync(0, turn.Length, new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (i, token) =>
        {
            stored[i] = await embeddings.ListVersionsAsync(model, turn[i], token)
                .ToDictionaryAsync(row => row.Key, row => row.ImageETag, StringComparer.Ordinal, token).ConfigureAwait(false);
        }).ConfigureAwait(false);

        foreach ((string key, string? imageETag) in stored.SelectMany(bucket => bucket))
        {
            // A row that could not be read is read again: its image's version says nothing about what was wrong with it.
            if (known.ImageVersionOf(key) is not { } version || version != imageETag)
            {
                different.Add(key);
            }
        }

        Dictionary<int, Dictionary<string, string?>> byBucket = turn.Zip(stored).ToDictionary(pair => pair.First, pair => pair.Second);
        bool IsGone(string key) => byBucket.GetValueOrDefault(EmbeddingTable.BucketOf(key)) is { } bucket && !bucket.ContainsKey(key);
        different.UnionWith(turn.SelectMany(known.KeysIn).Concat(known.Skipped.Keys.Where(ImageId.IsKey)).Where(IsGone));
        return different;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The index of {Model} differed from the table in {Rows} rows that no entry of the log had named; they were read again")]
    private partial void LogHealed(string model, int rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index of {Model} leaves a row out: {Error}")]
    private partial void LogSkipped(string model, string error);
}
