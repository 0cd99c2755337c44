using System.Globalization;

namespace Pipeline.Evaluation;

/// <summary>An evaluation in a few sentences.</summary>
internal static class EvaluationVerdict
{
    /// <summary>The sentences.</summary>
    public static IReadOnlyList<string> Of(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        HashSet<string> voting = [.. result.Conditions.Models.Where(model => model.Votes).Select(model => model.Key)];
        JudgedList[] models = [.. result.Lists.Where(list => voting.Contains(list.Key))];
        JudgedList fused = result.Fused;
        List<string> sentences = [];
        if (fused.Groups is { } groups)
        {
            JudgedList best = models.MaxBy(list => list.Groups!.MeanAveragePrecision)!;
            sentences.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Groups: {best.Title} has a mAP of {best.Groups!.MeanAveragePrecision:0.0000}, and an image of the query's group first " +
                $"in {best.Groups.AtK[0].Recall:0.0 %} of {groups.Queries:N0} queries."));
            if (models.Length > 1)
            {
                sentences.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The fused list has a mAP of {groups.MeanAveragePrecision:0.0000}, " +
                    $"{groups.MeanAveragePrecision - best.Groups.MeanAveragePrecision:+0.0000;-0.0000;0.0000} beside the best single model."));
            }
        }

        foreach (JudgedList list in models.Where(list => list.Copies is not null))
        {
            CopyThreshold threshold = list.Copies!.Threshold!;
            sentences.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Copies: {list.Title} finds {list.Copies.Found:N0} of {list.Copies.Copies:N0} first. For minCosine: above " +
                $"{Up(threshold.FirstFalse):0.0000} no copy found a wrong image, and {threshold.FoundAboveFirstFalse:0 %} of the copies " +
                $"are found; above {Up(threshold.OnePercentFalse):0.0000} it was one in a hundred at most, and " +
                $"{threshold.FoundAboveOnePercent:0 %}."));
        }

        return sentences;
    }

    // Rounded up: a limit rounded down would let the wrong image through that it was read from.
    private static double Up(double cosine) => Math.Ceiling(cosine * 1e4) / 1e4;
}
