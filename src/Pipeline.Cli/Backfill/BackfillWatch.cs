using System.Globalization;
using Pipeline.Cli.Terminal;
using Pipeline.Indexing.Backfill;

namespace Pipeline.Cli.Backfill;

/// <summary>Shows how far the app is with what was queued, until nothing is left.</summary>
internal sealed class BackfillWatch(BackfillStatusReader reader, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(60);

    // The app may be starting, and loads its models with the first image.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task RunAsync(CommandConsole console, CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(cancellationToken) is not { Left: > 0 })
        {
            return;
        }

        await console.StageAsync("Indexing", progress => WaitAsync(progress, cancellationToken));
    }

    private async Task WaitAsync(IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var rate = new BackfillRate(RateWindow, time);
        long moved = time.GetTimestamp();
        int processed = -1;
        while (await reader.ReadAsync(cancellationToken) is { Left: > 0 } status)
        {
            if (status.Processed != processed)
            {
                processed = status.Processed;
                moved = time.GetTimestamp();
            }

            string detail = Describe(status, rate.Add(status.Processed));
            progress.Report(new StageProgress(
                status.State.Counts.Queued == 0 ? 0 : (double)status.Processed / status.State.Counts.Queued,
                time.GetElapsedTime(moved) < Patience ? detail : $"{detail}; nothing moved for a minute: does the app run?"));
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <summary>One line: what is done, failed and left, how fast, how long it will take.</summary>
    internal static string Describe(BackfillStatus status, double? perSecond)
    {
        string counts = string.Create(
            CultureInfo.InvariantCulture, $"{status.Done:N0} done, {status.Failed:N0} failed, {status.Left:N0} left");
        return perSecond is > 0 and var rate
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{counts}, {rate / Math.Max(1, status.State.Scope.Models.Count):0.0} images/s, " +
                $"{BackfillEstimate.Duration(TimeSpan.FromSeconds(status.Left / rate))} left")
            : counts;
    }
}
