using System.Globalization;

namespace Pipeline.Reporting;

/// <summary>An axis of a plot: its label, its range, and the values that are written beside it.</summary>
/// <param name="Label">Its label.</param>
/// <param name="From">The value at its beginning: left, or at the bottom.</param>
/// <param name="To">The value at its end; may be the smaller one.</param>
/// <param name="Ticks">The values that are written.</param>
/// <param name="Format">How they are written.</param>
internal sealed record PlotAxis(string Label, double From, double To, IReadOnlyList<double> Ticks, string Format)
{
    // A smaller span is only rounding noise.
    private const double SmallestSpan = 1e-9;

    // A tick that misses the end by rounding still counts.
    private const double Slack = 1e-9;

    /// <summary>An axis over values, widened to whole ticks.</summary>
    /// <param name="label">Its label.</param>
    /// <param name="values">At least one; each finite.</param>
    /// <param name="intervals">About how many intervals, 2 or more.</param>
    /// <remarks>The step is 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for graph labels", 1990).</remarks>
    public static PlotAxis Over(string label, IEnumerable<double> values, int intervals)
    {
        double[] all = [.. values];
        (double lowest, double highest) = (all.Min(), all.Max());
        double step = Nice(Math.Max(highest - lowest, SmallestSpan) / intervals);
        long first = (long)Math.Floor((lowest / step) + Slack);
        long last = Math.Max((long)Math.Ceiling((highest / step) - Slack), first + 1);
        double[] ticks = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
        int decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + Slack));
        return new PlotAxis(label, ticks[0], ticks[^1], ticks, $"F{decimals}");
    }

    /// <summary>An axis from the first value to the last, each of them a tick.</summary>
    public static PlotAxis Through(string label, IReadOnlyList<double> values) => new(label, values[0], values[^1], values, "0.##");

    /// <summary>The position of a value, 0 at the beginning to 1 at the end.</summary>
    public double Fraction(double value) => From == To ? 0.5 : (value - From) / (To - From);

    /// <summary>A value as it is written beside the axis.</summary>
    public string Text(double value) => value.ToString(Format, CultureInfo.InvariantCulture);

    private static double Nice(double step)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        double fraction = step / power;
        return power * (fraction < 1.5 ? 1 : fraction < 3.5 ? 2 : fraction < 7.5 ? 5 : 10);
    }
}
