using Pipeline.Embeddings;
using Pipeline.Models;

namespace Pipeline.Search;

/// <summary>
/// One model's embeddings in memory, kept in step with the table. It reads everything once and from then on only what the log of changes
/// names. Nothing runs in the background while nobody asks, so an idle app costs no storage transactions.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="embeddings">The stored embeddings.</param>
/// <param name="changes">The log of what changed.</param>
/// <param name="time">The clock.</param>
public sealed class SimilarityIndex(InstalledModel model, EmbeddingTable embeddings, ChangeLog changes, TimeProvider time)
{
    /// <summary>An answer rests on what storage held at most this long ago.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1.5);

    // From this age on a query starts a refresh without waiting for it: under steady load no query ever waits.
    private static readonly TimeSpan RefreshAge = TimeSpan.FromSeconds(0.5);

    // Rows read side by side where the log names many.
    private const int Readers = 8;

    private readonly Lock _lock = new();
    private volatile Snapshot? _snapshot;
    private Task<Snapshot>? _refresh;

    /// <summary>The model.</summary>
    public InstalledModel Model { get; } = model;

    /// <summary>Pictures in memory; 0 before the first load.</summary>
    public int Count => _snapshot?.Records.Length ?? 0;

    /// <summary>Storage was read up to here; null before the first load.</summary>
    public DateTimeOffset? RefreshedAt => _snapshot?.At;

    /// <summary>The stored pictures, no older than <see cref="MaxAge"/>; an immutable picture of that moment.</summary>
    /// <param name="cancellationToken">Ends the wait, not the refresh that others may wait for too.</param>
    public async ValueTask<Snapshot> GetSnapshotAsync(CancellationToken cancellationToken)
    {
        Snapshot? snapshot = _snapshot;
        TimeSpan age = snapshot is null ? TimeSpan.MaxValue : time.GetUtcNow() - snapshot.At;
        if (age < RefreshAge)
        {
            return snapshot!;
        }

        Task<Snapshot> refresh = StartRefresh();
        return age < MaxAge && !refresh.IsFaulted ? snapshot! : await refresh.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task<Snapshot> StartRefresh()
    {
        lock (_lock)
        {
            // A finished refresh is never reused: a failed one must be tried again, a good one may be old by now.
            if (_refresh is null or { IsCompleted: true })
            {
                _refresh = Task.Run(RefreshAsync);
            }

            return _refresh;
        }
    }

    private async Task<Snapshot> RefreshAsync()
    {
        // Noted before reading: what is written while we read is found by the next refresh.
        DateTimeOffset at = time.GetUtcNow();
        Snapshot? known = _snapshot;
        Dictionary<string, EmbeddingRecord> records = known is null || at - known.At > ChangeLog.Retention - ChangeLog.Overlap
            ? await ReadAllAsync().ConfigureAwait(false)
            : await ReadChangesAsync(known).ConfigureAwait(false);
        _snapshot = ReferenceEquals(records, known?.ByKey)
            ? new Snapshot(at, known.Records, records)
            : new Snapshot(at, [.. records.Values], records);
        return _snapshot;
    }

    private async Task<Dictionary<string, EmbeddingRecord>> ReadAllAsync()
    {
        var buckets = new List<EmbeddingRecord>[EmbeddingTable.Buckets];
        await Parallel.ForAsync(0, buckets.Length, new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (bucket, token) =>
        {
            buckets[bucket] = await embeddings.ReadBucketAsync(Model, bucket, token).ToListAsync(token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return buckets.SelectMany(bucket => bucket).ToDictionary(record => record.Id.Key, StringComparer.Ordinal);
    }

    private async Task<Dictionary<string, EmbeddingRecord>> ReadChangesAsync(Snapshot known)
    {
        var latest = new Dictionary<string, string?>(StringComparer.Ordinal);
        await foreach (Change change in changes.ReadAsync(Model, known.At - ChangeLog.Overlap, CancellationToken.None).ConfigureAwait(false))
        {
            latest[change.Key] = change.ImageETag;
        }

        string[] unknown =
        [
            .. latest.Where(change => known.ByKey.GetValueOrDefault(change.Key)?.ImageETag != change.Value).Select(change => change.Key),
        ];
        if (unknown.Length == 0)
        {
            return known.ByKey;
        }

        var read = new EmbeddingRecord?[unknown.Length];
        await Parallel.ForAsync(0, unknown.Length, new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (i, token) =>
        {
            read[i] = await embeddings.FindAsync(Model, unknown[i], token).ConfigureAwait(false);
        }).ConfigureAwait(false);

        var records = new Dictionary<string, EmbeddingRecord>(known.ByKey, StringComparer.Ordinal);
        foreach ((string key, EmbeddingRecord? record) in unknown.Zip(read))
        {
            if (record is null)
            {
                records.Remove(key);
            }
            else
            {
                records[key] = record;
            }
        }

        return records;
    }

    /// <summary>What storage held at one moment.</summary>
    public sealed class Snapshot
    {
        internal Snapshot(DateTimeOffset at, EmbeddingRecord[] records, Dictionary<string, EmbeddingRecord> byKey) =>
            (At, Records, ByKey) = (at, records, byKey);

        /// <summary>The moment.</summary>
        public DateTimeOffset At { get; }

        internal EmbeddingRecord[] Records { get; }

        internal Dictionary<string, EmbeddingRecord> ByKey { get; }

        /// <summary>A picture's record, or null where the model has none of it.</summary>
        public EmbeddingRecord? Find(ImageId id) => ByKey.GetValueOrDefault(id.Key);

        /// <summary>The nearest pictures, nearest first; see <see cref="CosineScan.Nearest"/>.</summary>
        public Match[] Nearest(ReadOnlyMemory<float> query, int top, string? excludedKey) =>
            CosineScan.Nearest(Records, query, top, excludedKey);
    }
}
