using Azure;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>How far a backfill is, for a caller that asks often: storage is asked at most every 15 seconds.</summary>
public sealed partial class BackfillMonitor
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly BackfillStatusReader _reader;
    private readonly TimeProvider _time;
    private readonly ILogger<BackfillMonitor> _logger;
    private readonly BackfillRate _rate;
    private readonly Lock _lock = new();
    private Task<BackfillHealth?>? _latest;
    private long _readAt;

    internal BackfillMonitor(BackfillStatusReader reader, TimeProvider time, ILogger<BackfillMonitor> logger)
    {
        (_reader, _time, _logger) = (reader, time, logger);
        _rate = new BackfillRate(TimeSpan.FromMinutes(5), time);
    }

    /// <summary>How far the backfill is; null where none is under way, and where storage does not say.</summary>
    /// <param name="cancellationToken">Ends the wait, not the reading that others may wait for too.</param>
    internal Task<BackfillHealth?> FindAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_latest is null or { IsCompletedSuccessfully: false, IsCompleted: true }
                || (_latest.IsCompleted && _time.GetElapsedTime(_readAt) >= MaxAge))
            {
                _readAt = _time.GetTimestamp();
                _latest = ReadAsync();
            }

            return _latest.WaitAsync(cancellationToken);
        }
    }

    private async Task<BackfillHealth?> ReadAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout, _time);
        try
        {
            return await _reader.ReadAsync(timeout.Token).ConfigureAwait(false) is { IsUnderway: true } status ? HealthOf(status) : null;
        }
        catch (Exception exception) when (
            exception is RequestFailedException or InvalidDataException or OperationCanceledException || StorageOutage.Is(exception))
        {
            LogUnknown(exception);
            return null;
        }
    }

    private BackfillHealth HealthOf(BackfillStatus status)
    {
        double? perSecond = _rate.Add(status.Processed);
        return new BackfillHealth(
            status.State.StartedAt,
            status.State.Counts.Queued,
            status.Done,
            status.Failed,
            status.Left,
            perSecond / Math.Max(1, status.State.Scope.Models.Count),
            status.State.FinishedAt is not null && perSecond > 0 ? status.Left / perSecond : null);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "How far the backfill is cannot be read")]
    private partial void LogUnknown(Exception exception);
}
