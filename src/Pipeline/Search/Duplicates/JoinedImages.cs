namespace Pipeline.Search.Duplicates;

/// <summary>Images that are joined by pairs of near-identical ones, each with the next.</summary>
/// <param name="Images">
/// Two or more, the one with the most pixels first, of equally large ones by name (ordinal), each with its exact cosine with the first.
/// That may be below the limit, where two images are alike only by way of others.
/// </param>
internal sealed record JoinedImages(IReadOnlyList<Match> Images)
{
    /// <summary>The highest cosine of another image with the first.</summary>
    public float Highest => Images.Skip(1).Max(match => match.Cosine);

    /// <summary>The lowest one.</summary>
    public float Lowest => Images.Skip(1).Min(match => match.Cosine);
}
