using Pipeline.Reporting;

namespace Pipeline.Evaluation.Reporting;

/// <summary>How well groups find each other.</summary>
internal static class GroupsSection
{
    private const string Format = "0.0000";

    /// <returns>Null without groups.</returns>
    public static ReportSection? Of(EvaluationResult result) => result.Fused.Groups is not { } groups
        ? null
        : new ReportSection("groups", "Groups", Markup.Of($"""
            <p class="note">Each of {groups.Queries:N0} images was looked for among all {result.Conditions.Images - 1:N0} others; right are
            those of its group. mAP: mean average precision. recall@k: queries with at least one right image among the first k.
            precision@k: right images among the first k, so a small group cannot reach 1. Silhouette: how far groups are apart in a model's
            own cosines. Fused: the mean of the voting models' standardised cosines, which search answers with; by ranks: the sum of
            their reciprocal ranks, for comparison.</p>
            {ReportTable.Of(
                [
                    "list",
                    "#mAP",
                    .. GroupFigures.Ks.Select(k => FormattableString.Invariant($"#recall@{k}")),
                    .. GroupFigures.Ks.Select(k => FormattableString.Invariant($"#precision@{k}")),
                    "#silhouette",
                ],
                result.Lists.Select(list => Row(result, list)))}
            """));

    private static Markup Row(EvaluationResult result, JudgedList list) => ReportTable.Row(
        EvaluationReport.HeadingOf(result, list),
        [
            ReportTable.Number(list.Groups!.MeanAveragePrecision, Format),
            .. list.Groups.AtK.Select(figures => ReportTable.Number(figures.Recall, Format)),
            .. list.Groups.AtK.Select(figures => ReportTable.Number(figures.Precision, Format)),
            ReportTable.Number(list.Groups.Silhouette, Format),
        ],
        isSum: list == result.Fused);
}
