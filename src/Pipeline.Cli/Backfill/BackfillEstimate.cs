using System.Globalization;

namespace Pipeline.Cli.Backfill;

/// <summary>About what a backfill takes, before it is begun.</summary>
/// <param name="messages">How many messages it queues: one for each image and model.</param>
internal sealed class BackfillEstimate(int messages)
{
    // docs/performance.md: 4.3 images a second by both models, on two cores.
    private const double MessagesPerSecond = 8.6;

    // docs/operations.md, list prices in US dollars: a second of 2 GB at most; an execution; putting, taking and deleting the message;
    // three transactions of the table; two reads of the blob.
    private const double DollarsPerMessage =
        (2 * 0.000026) + (0.40 / 1_000_000) + (3 * 0.004 / 10_000) + (3 * 0.00036 / 10_000) + (2 * 0.004 / 10_000);

    /// <summary>In words.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"About {Duration(TimeSpan.FromSeconds(messages / MessagesPerSecond))} on one machine with two cores; Azure starts more " +
        $"instances for a long queue. In Azure at most about {messages * DollarsPerMessage:0.00} dollars at list prices (docs/operations.md).");

    /// <summary>A duration of which the largest two units matter, such as <c>3 h 20 min</c>.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(duration.TotalSeconds):0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes} min {duration.Seconds} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Hours} h {duration.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalDays):0} days {duration.Hours} h"),
    };
}
