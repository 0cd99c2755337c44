namespace Pipeline.Indexing.Backfill;

/// <summary>Spaces messages evenly, so that no more than a number of them are put into the queue in a second.</summary>
/// <param name="perSecond">How many; null for as many as possible.</param>
/// <param name="time">The clock.</param>
internal sealed class SendingPace(int? perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next;

    /// <summary>Waits until the next message may be sent. Safe to call from several threads.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        if (perSecond is not { } rate)
        {
            return Task.CompletedTask;
        }

        TimeSpan pause;
        lock (_lock)
        {
            TimeSpan now = time.GetElapsedTime(_start);
            TimeSpan turn = _next > now ? _next : now;
            _next = turn + (TimeSpan.FromSeconds(1) / rate);
            pause = turn - now;
        }

        return pause > TimeSpan.Zero ? Task.Delay(pause, time, cancellationToken) : Task.CompletedTask;
    }
}
