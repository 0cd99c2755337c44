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

    /// <summary>From this age on a query starts a refresh without waiting for it: under steady load no query ever waits.</summary>
    public static readonly TimeSpan RefreshAge = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private volatile IndexSnapshot? _snapshot;
    private Task<IndexSnapshot>? _refresh;

    // Made by the first refresh, and there is one at a time.
    private TableReader? _table;
    private volatile bool _isDropped;

    // What it began with.
    private SavedIndex? _saved;

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

    /// <inheritdoc cref="TableReader.ComparisonInterval"/>
    internal TimeSpan ComparisonInterval { get; init; } = TableReader.DefaultComparisonInterval;

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
                Release();
            }
        }
    }

    /// <summary>Nobody asks this index any more.</summary>
    internal void Drop()
    {
        lock (_lock)
        {
            _isDropped = true;
            Release();
        }
    }

    private void Release()
    {
        if (_saved is not null)
        {
            Saved!.Release(_saved);
            _saved = null;
        }
    }

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
            _table ??= new TableReader(Model, embeddings, changes, NewStore, time, logger)
            {
                CodedFrom = CodedFrom,
                ComparisonInterval = ComparisonInterval,
            };
            IndexSnapshot? known = _snapshot ?? await TryReadSavedAsync().ConfigureAwait(false);
            IndexSnapshot next = await _table.ReadAsync(at, known).ConfigureAwait(false);
            return _snapshot = isForSaving && next.Coder is not null
                ? next with { Segments = IndexChanges.JoinUnsaved(next.Segments) }
                : next;
        }
        catch (Exception exception)
        {
            LogRefreshFailed(Model.Key, Age, exception);
            throw;
        }
    }

    private async Task<IndexSnapshot?> TryReadSavedAsync()
    {
        if (Saved is null
            || await Saved.TryReadAsync(Model, NewStore(), _refusedId, CancellationToken.None).ConfigureAwait(false) is not { } saved)
        {
            return null;
        }

        lock (_lock)
        {
            Release();
            _saved = saved;
        }

        _ = FetchVectorsAsync(saved);
        return saved.Content;
    }

    // Queries fetch the vectors that they need before that.
    private async Task FetchVectorsAsync(SavedIndex saved)
    {
        try
        {
            await Saved!.WhenQuietAsync().ConfigureAwait(false);
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

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The index of {Model}, last refreshed {Age} ago, could not be refreshed; the next query tries again")]
    private partial void LogRefreshFailed(string model, TimeSpan? age, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The saved index of {Model} is no longer used: {Reason}")]
    private partial void LogSavedRefused(string model, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The vectors of the saved index of {Model} could not all be fetched ahead")]
    private partial void LogFetchFailed(string model, Exception exception);
}
