namespace Pipeline.Search;

/// <summary>
/// How far a list was read: up to its last result so far. It holds no number of results, so it stays right while images come and go:
/// whoever searches on from it sees no image again, and misses none that was there all the time.
/// </summary>
/// <param name="Cosine">The last result's exact cosine.</param>
/// <param name="Name">Its name.</param>
internal sealed record SearchPosition(float Cosine, string Name)
{
    /// <summary>The position of a result.</summary>
    public static SearchPosition Of(Match match) => new(match.Cosine, match.Image.Id.Name);

    /// <summary>Whether a result lies strictly behind this, in the order of every list: higher cosines first, then by name (ordinal).</summary>
    public bool IsBefore(float cosine, string name) =>
        cosine < Cosine || (cosine == Cosine && string.CompareOrdinal(Name, name) < 0);
}
