using System.Globalization;
using System.Text;
using Pipeline.Reporting;

namespace Pipeline.Evaluation.Reporting;

/// <summary>
/// An evaluation as one long table (RFC 4180, UTF-8): <c>section,subject,list,measure,value</c>, one figure per row, with each query.
/// Numbers have full precision and a decimal point.
/// </summary>
internal static class EvaluationCsv
{
    /// <summary>Writes the table.</summary>
    public static byte[] Write(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var table = new CsvTable();
        table.Add("section", "subject", "list", "measure", "value");
        AddConditions(table, result.Conditions);
        foreach (JudgedList list in result.Lists)
        {
            AddGroups(table, list);
            AddCopies(table, list);
        }

        foreach (EvaluatedQuery query in result.Queries)
        {
            AddQuery(table, result.Lists, query);
        }

        foreach (RefusedImage refused in result.Refused)
        {
            table.Add("refused", refused.Name, "", "reason", refused.Reason);
        }

        foreach (IdenticalImage identical in result.Identical)
        {
            table.Add("identical", identical.Name, "", "same bytes as", identical.Of);
        }

        return Encoding.UTF8.GetBytes(table.ToString());
    }

    private static void AddConditions(CsvTable table, EvaluationConditions conditions)
    {
        table.Add("conditions", "", "", "version", conditions.Version);
        table.Add("conditions", "", "", "images", Text(conditions.Images));
        table.Add("conditions", "", "", "groups", Text(conditions.Groups));
        table.Add("conditions", "", "", "distractors", Text(conditions.Distractors));
        table.Add("conditions", "", "", "originals copied", Text(conditions.CopyOriginals));
        foreach (EvaluatedModel model in conditions.Models)
        {
            table.Add("conditions", "", model.Key, "weights", model.Weights.ToJsonName());
            table.Add("conditions", "", model.Key, "votes", model.Votes ? "yes" : "no");
            table.Add("conditions", "", model.Key, "precision", model.Precision.ToJsonName());
            table.Add("conditions", "", model.Key, "fingerprint", model.Fingerprint);
        }
    }

    private static void AddGroups(CsvTable table, JudgedList list)
    {
        if (list.Groups is not { } groups)
        {
            return;
        }

        table.Add("groups", "all", list.Key, "queries", Text(groups.Queries));
        table.Add("groups", "all", list.Key, "mAP", Text(groups.MeanAveragePrecision));
        foreach (FiguresAtK figures in groups.AtK)
        {
            table.Add("groups", "all", list.Key, $"recall@{Text(figures.K)}", Text(figures.Recall));
            table.Add("groups", "all", list.Key, $"precision@{Text(figures.K)}", Text(figures.Precision));
        }

        if (groups.Silhouette is { } silhouette)
        {
            table.Add("groups", "all", list.Key, "silhouette", Text(silhouette));
        }
    }

    private static void AddCopies(CsvTable table, JudgedList list)
    {
        if (list.Copies is not { } copies)
        {
            return;
        }

        table.Add("copies", "all", list.Key, "copies", Text(copies.Copies));
        table.Add("copies", "all", list.Key, "found", Text(copies.Found));
        table.Add("copies", "all", list.Key, "recall@1", Text(copies.Recall));
        foreach (VariantFigures variant in copies.ByVariant)
        {
            table.Add("copies", variant.Variant, list.Key, "copies", Text(variant.Copies));
            table.Add("copies", variant.Variant, list.Key, "found", Text(variant.Found));
            if (variant.MeanCosine is { } cosine)
            {
                table.Add("copies", variant.Variant, list.Key, "mean cosine", Text(cosine));
            }
        }

        if (copies.Threshold is { } threshold)
        {
            table.Add("threshold", "", list.Key, "highest between originals", Text(threshold.HighestBetweenOriginals));
            table.Add("threshold", "", list.Key, "first false positive", Text(threshold.FirstFalse));
            table.Add("threshold", "", list.Key, "found above first false positive", Text(threshold.FoundAboveFirstFalse));
            table.Add("threshold", "", list.Key, "1 % false positives", Text(threshold.OnePercentFalse));
            table.Add("threshold", "", list.Key, "found above 1 % false positives", Text(threshold.FoundAboveOnePercent));
        }
    }

    private static void AddQuery(CsvTable table, IReadOnlyList<JudgedList> lists, EvaluatedQuery query)
    {
        string section = query.Image.Variant is null ? "query" : "copy query";
        string subject = query.Image.Variant is { } variant ? $"{query.Image.Name}, {variant}" : query.Image.Name;
        foreach ((JudgedList list, QueryOutcome outcome) in lists.Zip(query.Outcomes))
        {
            table.Add(section, subject, list.Key, "rank", Text(outcome.RightRank));
            if (outcome.Figures is { } figures)
            {
                table.Add(section, subject, list.Key, "average precision", Text(figures.AveragePrecision));
            }

            if (!double.IsNaN(outcome.RightCosine))
            {
                table.Add(section, subject, list.Key, "cosine", Text(outcome.RightCosine));
            }

            // A query may have no wrong image, where all images are of its group.
            if (!double.IsNaN(outcome.WrongCosine))
            {
                table.Add(section, subject, list.Key, "largest wrong cosine", Text(outcome.WrongCosine));
            }
        }
    }

    // The shortest text that reads back as the same number.
    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
