using System.Globalization;

namespace Pipeline.Evaluation;

/// <summary>Counts embedded images and copies from several threads, and says how fast they come and how long the rest will take.</summary>
/// <param name="total">How many are expected.</param>
/// <param name="share">The part of the whole evaluation that this is, 0 to 1.</param>
/// <param name="progress">Receives a report for each.</param>
/// <param name="time">The clock.</param>
internal sealed class EmbeddingMeter(int total, double share, IProgress<EvaluationProgress>? progress, TimeProvider time)
{
    // Before, a rate would be that of loading the models.
    private const int FewestForRate = 3;

    private readonly Lock _lock = new();
    private int _total = total;
    private int _done;
    private int _new;
    private long _start;

    /// <summary>Corrects the number that is expected.</summary>
    public void Expect(int total)
    {
        lock (_lock)
        {
            _total = total;
        }
    }

    /// <summary>Counts one.</summary>
    /// <param name="isNew">Whether it had to be embedded; false if the cache had it or it was refused.</param>
    public void Add(bool isNew)
    {
        lock (_lock)
        {
            _done++;
            if (isNew && _new++ == 0)
            {
                _start = time.GetTimestamp();
            }

            progress?.Report(new EvaluationProgress(_total == 0 ? share : share * Math.Min(1, (double)_done / _total), Detail()));
        }
    }

    private string Detail()
    {
        string count = string.Create(CultureInfo.InvariantCulture, $"{_done:N0} of {_total:N0}");
        double seconds = time.GetElapsedTime(_start).TotalSeconds;
        if (_new <= FewestForRate || seconds <= 0)
        {
            return count;
        }

        // The first one only starts the clock.
        double rate = (_new - 1) / seconds;
        return string.Create(CultureInfo.InvariantCulture, $"{count}, {rate:0.0} a second, {Left((_total - _done) / rate)} left");
    }

    private static string Left(double seconds) => TimeSpan.FromSeconds(seconds) switch
    {
        { TotalHours: >= 1 } left => string.Create(CultureInfo.InvariantCulture, $"{left.TotalHours:0.0} h"),
        { TotalMinutes: >= 1 } left => string.Create(CultureInfo.InvariantCulture, $"{left.TotalMinutes:0} min"),
        var left => string.Create(CultureInfo.InvariantCulture, $"{left.TotalSeconds:0} s"),
    };
}
