using System.Globalization;
using Pipeline.Cli.Terminal;
using Pipeline.Indexing.Backfill;

namespace Pipeline.Cli.Backfill;

/// <summary>Runs <c>pipeline backfill</c>.</summary>
internal sealed class BackfillCommandRun(BackfillAccount account, BackfillOptions options, CommandConsole console)
{
    private static readonly string Holder = $"./pipeline backfill on {Environment.MachineName}";

    /// <summary>Queues what lacks a record, and shows progress until it is indexed.</summary>
    /// <exception cref="CommandFailure">Another backfill runs, or messages failed five times.</exception>
    public async Task<int> RunAsync(bool wait, CancellationToken cancellationToken)
    {
        BackfillScope scope = await account.ScopeAsync(options, cancellationToken);
        try
        {
            BackfillReport report = await QueueAsync(scope, cancellationToken);
            Describe(report);
            if (!wait)
            {
                return 0;
            }

            await new BackfillWatch(account.Status, TimeProvider.System).RunAsync(console, cancellationToken);
            return await EndAsync(cancellationToken);
        }
        catch (BackfillHeldException held)
        {
            throw new CommandFailure(held.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            console.Line(
                "Stopped. ./pipeline backfill goes on from here; the app goes on with what is queued, until ./pipeline backfill --stop.");
            throw;
        }
    }

    /// <summary>Says what <see cref="RunAsync"/> would do, and does nothing.</summary>
    public async Task<int> CountAsync(CancellationToken cancellationToken)
    {
        BackfillScope scope = await account.ScopeAsync(options, cancellationToken);
        BackfillCounts counts = new();
        await console.StageAsync(
            Title(scope), async _ => counts = await account.Run.CountAsync(scope, cancellationToken));
        Describe(counts, "would be queued");
        if (counts.Queued > 0)
        {
            console.Line(new BackfillEstimate(counts.Queued).ToString());
        }

        console.Line("Nothing was changed.");
        return 0;
    }

    /// <summary>Empties the queue.</summary>
    /// <exception cref="CommandFailure">Another backfill runs, and would go on.</exception>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            int left = await account.Run.StopAsync(Holder, cancellationToken);
            console.Line(left == 0
                ? "There was nothing in the queue."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"About {left:N0} messages were removed from the queue. ./pipeline backfill queues them again."));
            return 0;
        }
        catch (BackfillHeldException held)
        {
            throw new CommandFailure(held.Message);
        }
    }

    private async Task<BackfillReport> QueueAsync(BackfillScope scope, CancellationToken cancellationToken)
    {
        BackfillReport report = null!;
        await console.StageAsync(Title(scope), async progress => report = await account.Run.RunAsync(
            new BackfillOrder(scope, Holder, options.Rate),
            new ImmediateProgress(state => progress.Report(new StageProgress(
                state.Fraction, string.Create(CultureInfo.InvariantCulture, $"{state.Counts.Queued:N0} queued")))),
            cancellationToken));
        return report;
    }

    private string Title(BackfillScope scope) =>
        $"Comparing the images{(scope.Prefix.Length > 0 ? $" in {scope.Prefix}" : "")} of {account.Name} with the records of " +
        string.Join(" and ", scope.Models.Select(version => $"{version.Key} ({version.Fingerprint})"));

    private void Describe(BackfillReport report)
    {
        switch (report.Start)
        {
            case BackfillStart.Underway:
                console.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"What was queued since {report.State.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC is still worked on, so nothing " +
                    $"more is queued. When it is done, run this again for images that came since."));
                return;
            case BackfillStart.Resumed:
                console.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"This went on with the backfill that began at {report.State.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC."));
                break;
        }

        Describe(report.State.Counts, "queued");
    }

    // An image counts once for each model, except in the first number.
    private void Describe(BackfillCounts counts, string queued)
    {
        var parts = new List<string>
        {
            Text(counts.Images, "images"), Text(counts.Current, "records are current"), Text(counts.Queued, queued),
        };
        Add(counts.Gone, "of these to remove records of images that are gone");
        Add(counts.Refused, "were refused before (--retry-refused queues them again)");
        Add(counts.Unreachable, "left as they are, because no image can have their name");
        console.Line($"{string.Join(", ", parts)}.");

        void Add(int count, string what)
        {
            if (count > 0)
            {
                parts.Add(Text(count, what));
            }
        }
    }

    private async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        // The state is there: this run, or the one that it went on with, wrote it.
        BackfillStatus status = (await account.Status.ReadAsync(cancellationToken))!;
        console.Line(string.Create(CultureInfo.InvariantCulture, $"Done: {status.Done:N0} up to date, {status.Refused:N0} refused."));
        if (status.Refused > 0)
        {
            console.Line("GET /api/images says why an image was refused.");
        }

        return status.GaveUp == 0 ? 0 : throw new CommandFailure(string.Create(
            CultureInfo.InvariantCulture,
            $"{status.GaveUp:N0} messages failed five times and are in {BackfillQueue.PoisonName}; the app's log says why. Remove the " +
            $"cause, then run ./pipeline backfill again."));
    }

    private static string Text(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}");

    private sealed class ImmediateProgress(Action<BackfillState> report) : IProgress<BackfillState>
    {
        public void Report(BackfillState value) => report(value);
    }
}
