namespace Pipeline.Indexing.Backfill;

/// <summary>How fast messages are worked on, from how many there were done at several times. Not safe to call from several threads.</summary>
/// <param name="window">How far back it looks.</param>
/// <param name="time">The clock.</param>
internal sealed class BackfillRate(TimeSpan window, TimeProvider time)
{
    private readonly Queue<(long At, int Processed)> _samples = [];

    /// <summary>Adds a sample.</summary>
    /// <param name="processed">How many messages were done so far. Fewer than before means that another backfill began.</param>
    /// <returns>Messages a second over the window; null before there are two samples.</returns>
    public double? Add(int processed)
    {
        long now = time.GetTimestamp();
        if (_samples.Count > 0 && processed < _samples.Last().Processed)
        {
            _samples.Clear();
        }

        _samples.Enqueue((now, processed));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, now) > window)
        {
            _samples.Dequeue();
        }

        (long from, int before) = _samples.Peek();
        double seconds = time.GetElapsedTime(from, now).TotalSeconds;
        return seconds > 0 ? (processed - before) / seconds : null;
    }
}
