using Azure;
using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Models;
using Pipeline.Search.Saved;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>
/// One model's embeddings in memory, kept equal to the table. It reads everything once and from then on only what the log of changes
/// names; a part of the keys is compared with the table now and then, so that a missed entry heals. Nothing runs in the background while
/// nobody asks, so an idle app costs no storage transactions.
/// </summary>
/// <remarks>
/// Ages are measured by a clock that only goes forward: the wall clock may be put back or ahead at any time. Such a clock may stand still
/// while the machine is suspended; what the log has lost by then is found by the comparison.
/// </remarks>
/// <param name="model">The model.</param>
/// <param name="embeddings">The stored embeddings.</param>
/// <param name="changes">The log of what changed.</param>
/// <param name="options">How much may be in memory.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes what was healed, what cannot be read and why a refresh failed.</param>
internal sealed partial class SimilarityIndex(
    InstalledModel model,
    EmbeddingTable embeddings,
    ChangeLog changes,
    SearchOptions options,
    TimeProvider time,
    ILogger<SimilarityIndex> logger)
{
    /// <summary>An answer rests on what storage held at most this long ago.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1.5);

    // From this age on a query starts a refresh without waiting for it: under steady load no query ever waits.
    private static readonly TimeSpan RefreshAge = TimeSpan.FromSeconds(0.5);

    // Rows read side by side where the log names many.
    private const int Readers = 8;

    // Rows that are read one by one in a second; and of a larger index so many that reading the whole table would take as long.
    private const int FewRows = 1000;
    private const int RowsLikeTable = 3;

    // After a pause more buckets are due than one refresh may take its time for.
    private const int MostComparedAtOnce = 4;

    private readonly Lock _lock = new();
    private volatile IndexSnapshot? _snapshot;
    private Task<IndexSnapshot>? _refresh;

    // Only of the refresh that runs, and there is one at a time.
    private long _comparedAt;
    private int _nextBucket;
    private volatile bool _isDropped;

    // A saving that turned out to be damaged.
    private volatile string? _refusedId;

    /// <summary>The model.</summary>
    internal InstalledModel Model { get; } = model;

    /// <summary>Images in memory; 0 before the first load.</summary>
    public int Count => _snapshot?.Count ?? 0;

    /// <summary>Rows that the table holds and search leaves out because they cannot be read; the log says why.</summary>
    public int Skipped => _snapshot?.Skipped.Count ?? 0;

    /// <summary>How long ago storage was read; null before the first load.</summary>
    public TimeSpan? Age => _snapshot is { } snapshot ? time.GetElapsedTime(snapshot.ReadAt) : null;

    /// <summary>Where a new instance begins; null for the table.</summary>
    internal SavedIndexReader? Saved { get; init; }

    /// <inheritdoc cref="IndexChanges.CodedFrom"/>
    internal int CodedFrom { get; init; } = IndexChanges.DefaultCodedFrom;

    /// <summary>
    /// One bucket is compared with the table each time this has passed, so all of them in ten minutes while the index is asked.
    /// </summary>
    internal TimeSpan ComparisonInterval { get; init; } = TimeSpan.FromMinutes(10) / EmbeddingTable.Buckets;

    /// <summary>The stored images, no older than <see cref="MaxAge"/>; immutable, as they were at that moment.</summary>
    /// <param name="cancellationToken">Ends the wait, not the refresh that others may wait for too.</param>
    internal async ValueTask<IndexSnapshot> GetSnapshotAsync(CancellationToken cancellationToken)
    {
        IndexSnapshot? snapshot = _snapshot;
        TimeSpan age = snapshot is null ? TimeSpan.MaxValue : time.GetElapsedTime(snapshot.ReadAt);
        if (age < RefreshAge)
        {
            return snapshot!;
        }

        Task<IndexSnapshot> refresh = StartRefresh(isForSaving: false, out _);
        return age < MaxAge ? snapshot! : await refresh.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The stored images as they are now, with all that is not saved yet in one segment: what a saving writes. It replaces what queries read.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<IndexSnapshot> GetForSavingAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<IndexSnapshot> running = StartRefresh(isForSaving: true, out bool isStarted);
            IndexSnapshot snapshot = await running.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (isStarted)
            {
                return snapshot;
            }
        }
    }

    /// <summary>What was saved of this turned out to be gone or damaged: the next query begins with a newer saving, or the table.</summary>
    /// <param name="snapshot">What was read.</param>
    internal void Refuse(IndexSnapshot snapshot)
    {
        lock (_lock)
        {
            if (snapshot.SavedId is { } id && _snapshot?.SavedId == id)
            {
                (_refusedId, _snapshot) = (id, null);
            }
        }
    }

    /// <summary>Nobody asks this index any more.</summary>
    internal void Drop() => _isDropped = true;

    private Task<IndexSnapshot> StartRefresh(bool isForSaving, out bool isStarted)
    {
        lock (_lock)
        {
            // A finished refresh is never reused: a failed one must be tried again, a good one may be old by now.
            isStarted = _refresh is null or { IsCompleted: true };
            if (isStarted)
            {
                _refresh = Task.Run(() => RefreshAsync(isForSaving));

                // Often nobody waits for it. Its failure is logged, and looked at here so that it counts as observed.
                _ = _refresh.ContinueWith(
                    static failed => _ = failed.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }

            return _refresh!;
        }
    }

    private async Task<IndexSnapshot> RefreshAsync(bool isForSaving)
    {
        using Step.Run run = Telemetry.Refresh.Start("model", Model.Key);
        try
        {
            // Noted before reading: what is written while we read is found by the next refresh.
            long at = time.GetTimestamp();
            IndexSnapshot? known = _snapshot ?? await TryReadSavedAsync(at).ConfigureAwait(false);
            IndexSnapshot next = known is null
                ? await ReadAllAsync(at, null).ConfigureAwait(false)
                : await ReadChangesAsync(at, known).ConfigureAwait(false);
            return _snapshot = isForSaving ? next with { Segments = IndexChanges.JoinUnsaved(next.Segments) } : next;
        }
        catch (Exception exception)
        {
            LogRefreshFailed(Model.Key, Age, exception);
            throw;
        }
    }

    private async Task<IndexSnapshot?> TryReadSavedAsync(long at)
    {
        if (Saved is null
            || await Saved.TryReadAsync(Model, NewStore(), _refusedId, CancellationToken.None).ConfigureAwait(false) is not { } saved)
        {
            return null;
        }

        _comparedAt = at;
        _ = FetchVectorsAsync(saved);
        return saved.Content;
    }

    // Queries fetch the vectors that they need before that.
    private async Task FetchVectorsAsync(SavedIndex saved)
    {
        try
        {
            foreach (SavedVectors vectors in saved.Vectors)
            {
                await vectors.FetchAllAsync(() => !_isDropped && _refusedId != saved.Id).ConfigureAwait(false);
            }
        }
        catch (SavedIndexException refused)
        {
            LogSavedRefused(Model.Key, refused.Message);
            Refuse(saved.Content);
        }
        catch (Exception exception) when (exception is RequestFailedException || StorageOutage.Is(exception))
        {
            // What is not here is fetched by the queries that need it.
            LogFetchFailed(Model.Key, exception);
        }
    }

    private VectorStore NewStore() => new(options.VectorMemoryMB * 1_000_000L, options.Folder);

    private async Task<IndexSnapshot> ReadAllAsync(long at, IndexSnapshot? known)
    {
        // The log's end before the table: what is written from then on is named after that end, or is in the table already, or both.
        LogPosition position = await changes.FindEndAsync(Model, CancellationToken.None).ConfigureAwait(false);
        var empty = IndexSnapshot.Empty(NewStore());
        var content = new IndexChanges(empty, Model.Definition.EmbeddingLength) { CodedFrom = CodedFrom };
        IReadOnlyDictionary<string, string> reported = (known ?? empty).Skipped;
        var readers = new ParallelOptions { MaxDegreeOfParallelism = Readers };
        await Parallel.ForAsync(0, EmbeddingTable.Buckets, readers, async (bucket, token) =>
        {
            await foreach (EmbeddingRow row in embeddings.ReadBucketAsync(Model, bucket, token).ConfigureAwait(false))
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
        TimeSpan sinceCompared = time.GetElapsedTime(_comparedAt, at);
        int buckets = isBeyondLog ? EmbeddingTable.Buckets : (int)Math.Min(sinceCompared / ComparisonInterval, MostComparedAtOnce);
        LogPosition position = isBeyondLog
            ? await changes.FindEndAsync(Model, CancellationToken.None).ConfigureAwait(false)
            : known.Position;

        // The keys before the log: what changes between the two is named by the log, and so is not taken for something that it missed.
        HashSet<string> different = await CompareAsync(known, buckets).ConfigureAwait(false);
        LoggedChanges logged = await changes.ReadAsync(Model, position, CancellationToken.None).ConfigureAwait(false);
        different.ExceptWith(logged.Keys);

        string[] keys = [.. logged.Keys, .. different];
        if (keys.Length > Math.Max(FewRows, known.Count / RowsLikeTable))
        {
            return await ReadAllAsync(at, known).ConfigureAwait(false);
        }

        var rows = new EmbeddingRow?[keys.Length];
        await Parallel.ForAsync(0, keys.Length, new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (i, token) =>
        {
            rows[i] = await embeddings.FindRowAsync(Model, keys[i], token).ConfigureAwait(false);
        }).ConfigureAwait(false);

        IndexSnapshot next = known with { ReadAt = at };
        if (keys.Length > 0)
        {
            var content = new IndexChanges(known, Model.Definition.EmbeddingLength) { CodedFrom = CodedFrom };
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
                Telemetry.Healed.Add(healed, new KeyValuePair<string, object?>("model", Model.Key));
                LogHealed(Model.Key, healed);
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
            LogSkipped(Model.Key, error!);
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
            stored[i] = await embeddings.ListVersionsAsync(Model, turn[i], token)
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
        Message = "The index of {Model}, last refreshed {Age} ago, could not be refreshed; the next query tries again")]
    private partial void LogRefreshFailed(string model, TimeSpan? age, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The index of {Model} differed from the table in {Rows} rows that no entry of the log had named; they were read again")]
    private partial void LogHealed(string model, int rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The saved index of {Model} is no longer used: {Reason}")]
    private partial void LogSavedRefused(string model, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The vectors of the saved index of {Model} could not all be fetched ahead")]
    private partial void LogFetchFailed(string model, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index of {Model} leaves a row out: {Error}")]
    private partial void LogSkipped(string model, string error);
}
