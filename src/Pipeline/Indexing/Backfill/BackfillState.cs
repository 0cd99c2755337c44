using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>How far a backfill has compared the container with the tables, so that another process can go on from there.</summary>
/// <param name="Scope">Which records it looks at.</param>
/// <param name="Holder">Who compares, or did so last, such as <c>./pipeline backfill on HOST</c>.</param>
/// <param name="StartedAt">When it began, by the clock of who began it.</param>
/// <param name="After">All images are done whose <see cref="ImageId.Key"/> is this one or less; empty: none yet.</param>
/// <param name="Counts">What was found up to there.</param>
/// <param name="FinishedAt">When all was compared; null before. What was queued may still be worked on.</param>
internal sealed record BackfillState(
    BackfillScope Scope, string Holder, DateTimeOffset StartedAt, string After, BackfillCounts Counts, DateTimeOffset? FinishedAt)
{
    // Keys are hashes, so their first 16 bits are spread evenly.
    private const int Digits = 4;

    /// <summary>Which part of the keys is done, from 0 to 1.</summary>
    public double Fraction =>
        FinishedAt is not null ? 1 : After.Length < Digits ? 0 : Convert.ToInt32(After[..Digits], 16) / (double)(1 << (4 * Digits));

    /// <summary>A backfill that has looked at nothing yet.</summary>
    public static BackfillState Begin(BackfillScope scope, string holder, DateTimeOffset now) =>
        new(scope, holder, now, "", new BackfillCounts(), null);
}

/// <summary>What a backfill found. Each number but that of the images counts an image once for each model.</summary>
/// <param name="Images">Images in the container, as the last listing had them.</param>
/// <param name="Current">Records of the stored version.</param>
/// <param name="Queued">Messages put into the queue, also those about records of images that are gone.</param>
/// <param name="Refused">Images that were refused before in the stored version, and are not queued again.</param>
/// <param name="Gone">Records of images that are gone.</param>
/// <param name="Unreachable">Records that name no image of the container, and images whose name no address can hold.</param>
internal sealed record BackfillCounts(
    int Images = 0, int Current = 0, int Queued = 0, int Refused = 0, int Gone = 0, int Unreachable = 0);
