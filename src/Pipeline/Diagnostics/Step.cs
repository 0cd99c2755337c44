using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pipeline.Diagnostics;

/// <summary>A step that is measured on each run.</summary>
/// <param name="activities">The source of its spans.</param>
/// <param name="name">Such as <c>decode</c>.</param>
/// <param name="durations">Records its durations, in seconds.</param>
internal sealed class Step(ActivitySource activities, string name, Histogram<double> durations)
{
    /// <summary>Starts a run; its disposal ends it.</summary>
    /// <param name="tag">The name of a tag, such as <c>model</c>.</param>
    /// <param name="value">The value of the tag.</param>
    public Run Start(string tag, string value)
    {
        var label = new KeyValuePair<string, object?>(tag, value);
        return new Run(activities.StartActivity(name)?.SetTag(tag, value), durations, label, Stopwatch.GetTimestamp());
    }

    /// <summary>A run of the step.</summary>
    public readonly struct Run(Activity? span, Histogram<double> durations, KeyValuePair<string, object?> label, long start) : IDisposable
    {
        public void Dispose()
        {
            durations.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, label);
            span?.Dispose();
        }
    }
}
