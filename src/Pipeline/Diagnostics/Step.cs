using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pipeline.Diagnostics;

/// <summary>Something that is measured each time it is done.</summary>
/// <param name="activities">Where its spans come from.</param>
/// <param name="name">Such as <c>decode</c>.</param>
/// <param name="durations">Where its durations go, in seconds.</param>
internal sealed class Step(ActivitySource activities, string name, Histogram<double> durations)
{
    /// <summary>Begins; the disposal ends it.</summary>
    /// <param name="tag">What tells one kind from another: <c>model</c>.</param>
    /// <param name="value">Which kind this is.</param>
    public Run Start(string tag, string value)
    {
        var label = new KeyValuePair<string, object?>(tag, value);
        return new Run(activities.StartActivity(name)?.SetTag(tag, value), durations, label, Stopwatch.GetTimestamp());
    }

    /// <summary>One time that it is done.</summary>
    public readonly struct Run(Activity? span, Histogram<double> durations, KeyValuePair<string, object?> label, long start) : IDisposable
    {
        public void Dispose()
        {
            durations.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, label);
            span?.Dispose();
        }
    }
}
