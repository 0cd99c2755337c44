using Azure;
using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Search.Tags;

/// <summary>
/// The tags of all images in memory, kept equal to the table as <see cref="SimilarityIndex"/> keeps embeddings: read once, then by the log of
/// changes, with one bucket read again now and then so that a missed entry heals. Images without tags cost nothing.
/// </summary>
public sealed partial class TagIndex
{
    // Rows read side by side.
    private const int Readers = 8;

    // Rows that are read one by one; of more all are read, 1,000 a call.
    private const int FewRows = 1000;

    // Fewer are read from the table in a second or two.
    private const int SavedFrom = 2000;

    private readonly TagTable _table;
    private readonly ChangeLog _changes;
    private readonly IndexBlobs _blobs;
    private readonly TimeProvider _time;
    private readonly ILogger<TagIndex> _logger;
    private readonly Lock _lock = new();
    private volatile Known? _known;
    private Task<Known>? _refresh;
    private long _comparedAt;
    private long _changedAt = long.MinValue;
    private int _nextBucket;

    internal TagIndex(TagTable table, ChangeLog changes, IndexBlobs blobs, TimeProvider time, ILogger<TagIndex> logger) =>
        (_table, _changes, _blobs, _time, _logger) = (table, changes, blobs, time, logger);

    private sealed record Known(TagSnapshot Tags, LogPosition Position, long ReadAt);

    /// <summary>The tags, as old as <see cref="SimilarityIndex.MaxAge"/> at most.</summary>
    /// <param name="cancellationToken">Ends the wait, not the refresh that others may wait for too.</param>
    internal async ValueTask<TagSnapshot> GetAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Known? known = _known;
            bool isBeforeChange = known?.ReadAt <= Volatile.Read(ref _changedAt);
            TimeSpan age = known is null || isBeforeChange ? TimeSpan.MaxValue : _time.GetElapsedTime(known.ReadAt);
            if (age < SimilarityIndex.RefreshAge)
            {
                return known!.Tags;
            }

            Task<Known> refresh = StartRefresh();
            if (age < SimilarityIndex.MaxAge)
            {
                return known!.Tags;
            }

            // One that began before a change of this instance may lack it; then the next has it.
            known = await refresh.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (known.ReadAt > Volatile.Read(ref _changedAt))
            {
                return known.Tags;
            }
        }
    }

    /// <summary>This instance has changed tags: whoever asks it next sees that.</summary>
    internal void NoteChange() => Volatile.Write(ref _changedAt, _time.GetTimestamp());

    /// <summary>Saves the tags for instances that start, if they are many.</summary>
    /// <param name="cancellationToken">Ends it early; what was saved before stays.</param>
    /// <returns>Whether they were saved.</returns>
    internal async Task<bool> SaveAsync(CancellationToken cancellationToken)
    {
        await GetAsync(cancellationToken).ConfigureAwait(false);
        if (_known is not { Tags.Count: >= SavedFrom } known
            || await _blobs.TryLeaseAsync(SavedTags.Version, SavedTags.FileName, _time, cancellationToken).ConfigureAwait(false)
                is not { } lease)
        {
            return false;
        }

        await using (lease.ConfigureAwait(false))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
            var saved = new SavedTags(known.Tags, known.Position, _time.GetElapsedTime(known.ReadAt).TotalSeconds);
            await _blobs.WriteAsync(SavedTags.Version, SavedTags.FileName, saved.ToFile(), lease.Id, stop.Token).ConfigureAwait(false);
            return true;
        }
    }

    private Task<Known> StartRefresh()
    {
        lock (_lock)
        {
            if (_refresh is null or { IsCompleted: true })
            {
                _refresh = Task.Run(RefreshAsync);
                _ = _refresh.ContinueWith(
                    failed => LogRefreshFailed(failed.Exception!.InnerException!),
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }

            return _refresh;
        }
    }

    private async Task<Known> RefreshAsync()
    {
        // Noted before reading: what is written while we read is found by the next refresh.
        long at = _time.GetTimestamp();
        Known? before = _known ?? await ReadSavedAsync(at).ConfigureAwait(false);
        return _known = before is { } known && _time.GetElapsedTime(known.ReadAt, at) <= ChangeLog.Reach
            ? await ReadChangesAsync(at, known).ConfigureAwait(false)
            : await ReadAllAsync(at).ConfigureAwait(false);
    }

    private async Task<Known?> ReadSavedAsync(long at)
    {
        try
        {
            // A lease needs a file, so an empty one comes before the first saving.
            if (await _blobs.FindAsync(SavedTags.Version, SavedTags.FileName, CancellationToken.None).ConfigureAwait(false) is { } file
                && !file.Content.ToMemory().IsEmpty)
            {
                if (SavedTags.FromFile(file.Content) is { } saved)
                {
                    TimeSpan age = file.Age + TimeSpan.FromSeconds(saved.AgeSeconds);
                    _comparedAt = at;
                    return new Known(saved.Tags, saved.Position, at - (long)(age.TotalSeconds * _time.TimestampFrequency));
                }

                LogRefused();
            }
        }
        catch (Exception exception) when (exception is RequestFailedException || StorageOutage.Is(exception))
        {
            LogUnreadable(exception);
        }

        return null;
    }

    private async Task<Known> ReadAllAsync(long at)
    {
        LogPosition position = await _changes.FindEndAsync(ChangeLog.OfTags, CancellationToken.None).ConfigureAwait(false);
        var buckets = new TaggedImage[PartitionKeys.Buckets][];
        var readers = new ParallelOptions { MaxDegreeOfParallelism = Readers };
        await Parallel.ForAsync(0, buckets.Length, readers, async (bucket, stop) =>
        {
            buckets[bucket] = await _table.ReadBucketAsync(bucket, stop).ToArrayAsync(stop).ConfigureAwait(false);
        }).ConfigureAwait(false);
        _comparedAt = at;
        return new Known(TagSnapshot.Of(buckets.SelectMany(bucket => bucket)), position, at);
    }

    private async Task<Known> ReadChangesAsync(long at, Known known)
    {
        // The bucket before the log: what changes between the two is named by the log.
        Dictionary<string, TaggedImage?> rows = await CompareAsync(at, known.Tags).ConfigureAwait(false);
        int different = rows.Count;
        LoggedChanges logged = await _changes.ReadAsync(ChangeLog.OfTags, known.Position, CancellationToken.None).ConfigureAwait(false);
        if (logged.Keys.Count > Math.Max(FewRows, known.Tags.Count / Readers))
        {
            return await ReadAllAsync(at).ConfigureAwait(false);
        }

        string[] keys = [.. logged.Keys];
        var read = new TaggedImage?[keys.Length];
        await Parallel.ForAsync(0, keys.Length, new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (i, stop) =>
        {
            read[i] = await _table.FindAsync(keys[i], stop).ConfigureAwait(false);
        }).ConfigureAwait(false);
        for (int i = 0; i < keys.Length; i++)
        {
            different -= rows.ContainsKey(keys[i]) ? 1 : 0;
            rows[keys[i]] = read[i];
        }

        if (different > 0)
        {
            Telemetry.Healed.Add(different, new KeyValuePair<string, object?>("model", ChangeLog.OfTags));
            LogHealed(different);
        }

        return new Known(rows.Count == 0 ? known.Tags : known.Tags.With(rows), logged.Position, at);
    }

    /// <summary>What the table has otherwise in the next bucket, if that is due.</summary>
    private async Task<Dictionary<string, TaggedImage?>> CompareAsync(long at, TagSnapshot known)
    {
        var different = new Dictionary<string, TaggedImage?>(StringComparer.Ordinal);
        if (_time.GetElapsedTime(_comparedAt, at) < TableReader.DefaultComparisonInterval)
        {
            return different;
        }

        var ours = known.All(_nextBucket).ToDictionary(image => image.Id.Key, StringComparer.Ordinal);
        await foreach (TaggedImage stored in _table.ReadBucketAsync(_nextBucket, CancellationToken.None).ConfigureAwait(false))
        {
            IReadOnlyList<string> tags = ours.Remove(stored.Id.Key, out TaggedImage? image) ? image.Tags : [];
            if (!tags.SequenceEqual(stored.Tags))
            {
                different.Add(stored.Id.Key, stored);
            }
        }

        foreach (string gone in ours.Keys)
        {
            different.Add(gone, null);
        }

        (_comparedAt, _nextBucket) = (at, (_nextBucket + 1) % PartitionKeys.Buckets);
        return different;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The saved tags are damaged, or of another version of the product. The table is read, and the next saving replaces them")]
    private partial void LogRefused();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The saved tags cannot be read; the table is read instead")]
    private partial void LogUnreadable(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tags could not be refreshed; the next query tries again")]
    private partial void LogRefreshFailed(Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The tags of {Images} images differed from the table, and no entry of the log had named them; they were read again")]
    private partial void LogHealed(int images);
}
