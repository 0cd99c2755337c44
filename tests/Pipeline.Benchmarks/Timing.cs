using System.Diagnostics;

namespace Pipeline.Benchmarks;

/// <summary>How long something took; on a machine that others use, the fastest says more than the median.</summary>
/// <param name="Median">Milliseconds.</param>
/// <param name="Fastest">Milliseconds.</param>
/// <param name="Slowest">Milliseconds.</param>
internal readonly record struct Timing(double Median, double Fastest, double Slowest)
{
    public static Timing Of(int times, Action<int> action)
    {
        action(0);
        double[] measured = new double[times];
        for (int i = 0; i < times; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action(i);
            measured[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(measured);
        return new Timing(measured[times / 2], measured[0], measured[^1]);
    }

    public override string ToString() => FormattableString.Invariant($"{Median:0.00} ms (fastest {Fastest:0.00})");
}
