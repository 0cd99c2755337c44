using System.Globalization;

namespace Pipeline.Indexing.Backfill;

/// <summary>About how many images are not indexed, as far as that is known at little cost.</summary>
/// <param name="Images">How many images were listed, at most <see cref="MostListed"/>.</param>
/// <param name="Missing">About how many of these lack a record of their stored version.</param>
internal sealed record IndexGap(int Images, int Missing)
{
    /// <summary>As many images as one call to the service lists.</summary>
    public const int MostListed = 5_000;

    /// <summary>Images whose rows are read: all of a small container, a sample of a large one.</summary>
    public const int MostCompared = 500;

    /// <summary>In words.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Images >= MostListed ? $"About {Missing:N0} of the first {Images:N0}" : $"{Missing:N0}")} images are not indexed yet");
}
