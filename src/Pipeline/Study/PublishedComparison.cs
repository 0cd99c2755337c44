using System.Globalization;

namespace Pipeline.Study;

/// <summary>The published figures beside those of this product.</summary>
/// <param name="Tolerance">The largest difference at which figures agree.</param>
/// <param name="Figures">The figures that can be compared.</param>
/// <param name="LeftOut">Why the others cannot be compared, a sentence each.</param>
/// <param name="Conclusion">The outcome in a sentence.</param>
internal sealed record PublishedComparison(
    double Tolerance, IReadOnlyList<ComparedFigure> Figures, IReadOnlyList<string> LeftOut, string Conclusion)
{
    // A sentence with more would be hard to read; the table has them all.
    private const int MostNamed = 4;

    /// <summary>Compares a study of the published images with the published figures.</summary>
    /// <param name="result">
    /// A study of <see cref="PublishedFigures.Images"/> and <see cref="PublishedFigures.Variants"/>, in their order.
    /// </param>
    /// <exception cref="ArgumentException">It is a study of other images.</exception>
    public static PublishedComparison Of(StudyResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Images.Count != PublishedFigures.Images.Count || result.Variants.Count != PublishedFigures.Variants.Count)
        {
            throw new ArgumentException(
                $"The published figures are of {PublishedFigures.Images.Count} images and " +
                $"{PublishedFigures.Variants.Count} variants, not {result.Images.Count} and {result.Variants.Count}.",
                nameof(result));
        }

        List<ComparedFigure> figures = [];
        List<string> leftOut = [];
        foreach (IGrouping<string, PublishedFigure> group in PublishedFigures.All.GroupBy(figure => $"{figure.Model}:{figure.Output}"))
        {
            if (result.Conditions.Layers.Any(layer => layer.Name == group.Key))
            {
                figures.AddRange(group.Select(figure => new ComparedFigure(figure, Ours(figure, result))));
            }
            else
            {
                leftOut.Add($"{group.Count()} published figures are of {group.Key}, which the installed model does not have.");
            }
        }

        return new PublishedComparison(PublishedFigures.Tolerance, figures, leftOut, Conclude(result.Conditions, figures));
    }

    private static double Ours(PublishedFigure figure, StudyResult result)
    {
        if (figure.Class is { } number)
        {
            return result.Images[0].Probabilities[figure.Model].Span[number];
        }

        string layer = $"{figure.Model}:{figure.Output}";
        string other = figure.Subject.Split(" / ")[1];
        int image = PublishedFigures.Images.ToList().IndexOf(other);
        return image switch
        {
            // Rotated by 0 degrees: the image itself, in a second run of the model.
            0 => result.Robustness.Single(curve => curve.Distortion == "rotation").Points.Single(point => point.Value == 0).Cosines[layer],
            > 0 => result.Pairs.Single(pair => (pair.First, pair.Second) == (result.Images[0].Letter, result.Images[image].Letter))
                .Cosines[layer],
            _ => result.Variants[PublishedFigures.Variants.ToList().IndexOf(other)].Cosines[layer],
        };
    }

    private static string Conclude(StudyConditions conditions, List<ComparedFigure> figures)
    {
        if (!conditions.Trained)
        {
            return "The models are untrained, so no figure can be expected to agree: the published ones are of ImageNet weights. " +
                "Get those with ./pipeline models pull";
        }

        ComparedFigure[] off = [.. figures.Where(figure => !figure.Agrees)];
        if (off.Length == 0)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"All {figures.Count} figures agree with the published ones to {PublishedFigures.Tolerance}.");
        }

        string which = off.Length <= MostNamed
            ? string.Join("; ", off.Select(figure => NameOf(conditions, figure.Published)))
            : string.Join(", ", off.GroupBy(figure => figure.Published.Model).Select(model => string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Count()} of {figures.Count(figure => figure.Published.Model == model.Key)} of {conditions.TitleOf(model.Key)}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{off.Length} of {figures.Count} figures do not agree with the published ones to {PublishedFigures.Tolerance}: {which}.");
    }

    private static string NameOf(StudyConditions conditions, PublishedFigure figure) =>
        $"{conditions.TitleOf(figure.Model)} {figure.Output}, {figure.Subject}, {figure.Measure}";
}

/// <summary>A published figure and that of this product.</summary>
/// <param name="Published">The published figure.</param>
/// <param name="Ours">The figure of this product.</param>
internal sealed record ComparedFigure(PublishedFigure Published, double Ours)
{
    // Published figures are rounded; a difference of exactly the tolerance must not depend on the last bit.
    private const double Rounding = 1e-9;

    /// <summary>Ours minus the published figure.</summary>
    public double Difference => Ours - Published.Value;

    /// <summary>Whether they are within <see cref="PublishedFigures.Tolerance"/> of each other.</summary>
    public bool Agrees => Math.Abs(Difference) <= PublishedFigures.Tolerance + Rounding;
}
