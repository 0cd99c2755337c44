namespace Pipeline.Evaluation;

/// <summary>How well altered copies find their originals among all images. The definitions are in docs/quality.md.</summary>
/// <param name="Copies">How many copies were queries.</param>
/// <param name="Originals">Of how many originals.</param>
/// <param name="Searched">Among how many images.</param>
/// <param name="Found">The copies whose original is the first result.</param>
/// <param name="ByVariant">The same by the alteration, in its order.</param>
/// <param name="Threshold">Where wrong results begin; null for a fused list, which has no cosines.</param>
internal sealed record CopyFigures(
    int Copies, int Originals, int Searched, int Found, IReadOnlyList<VariantFigures> ByVariant, CopyThreshold? Threshold)
{
    /// <summary>Recall@1: <see cref="Found"/> in <see cref="Copies"/>.</summary>
    public double Recall => (double)Found / Copies;
}

/// <summary>The copies of one alteration.</summary>
/// <param name="Variant">The alteration, such as <c>rotate 90°</c>.</param>
/// <param name="Copies">How many.</param>
/// <param name="Found">Those whose original is the first result.</param>
/// <param name="MeanCosine">The mean cosine with their originals; null for a fused list.</param>
internal sealed record VariantFigures(string Variant, int Copies, int Found, double? MeanCosine);

/// <summary>
/// What a limit on the cosine, such as <c>minCosine</c>, keeps and drops. A copy's wrong cosine is the largest one with an image that is
/// not its original.
/// </summary>
/// <param name="HighestBetweenOriginals">The largest cosine of two different images.</param>
/// <param name="FirstFalse">The largest wrong cosine: above it no copy finds a wrong image.</param>
/// <param name="FoundAboveFirstFalse">The part of the copies whose cosine with the original is above that, 0 to 1.</param>
/// <param name="OnePercentFalse">Above this cosine, one copy in a hundred at most finds a wrong image.</param>
/// <param name="FoundAboveOnePercent">The part of the copies whose cosine with the original is above that, 0 to 1.</param>
internal sealed record CopyThreshold(
    double HighestBetweenOriginals,
    double FirstFalse,
    double FoundAboveFirstFalse,
    double OnePercentFalse,
    double FoundAboveOnePercent)
{
    /// <summary>Reads the limits from the cosines of the copies.</summary>
    /// <param name="right">The cosine of each copy with its original.</param>
    /// <param name="wrong">The wrong cosine of each copy.</param>
    /// <param name="highestBetweenOriginals">The largest cosine of two different images.</param>
    public static CopyThreshold Of(IReadOnlyList<double> right, IReadOnlyList<double> wrong, double highestBetweenOriginals)
    {
        double[] falling = [.. wrong.OrderDescending()];
        double first = falling[0];
        double onePercent = falling[falling.Length / 100];
        return new CopyThreshold(highestBetweenOriginals, first, Above(first), onePercent, Above(onePercent));

        double Above(double cosine) => (double)right.Count(value => value > cosine) / right.Count;
    }
}
