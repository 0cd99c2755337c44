using System.Globalization;
using Pipeline.Reporting;

namespace Pipeline.Evaluation.Reporting;

/// <summary>How well altered copies find their originals.</summary>
internal static class CopiesSection
{
    /// <returns>Null without copies.</returns>
    public static ReportSection? Of(EvaluationResult result) => result.Fused.Copies is not { } copies
        ? null
        : new ReportSection("copies", "Copies", Markup.Of($"""
            <p class="note">{copies.Copies:N0} altered copies of {copies.Originals:N0} images were looked for among {copies.Searched:N0}
            images: how many found their original first (recall@1).</p>
            {ReportTable.Of(
                ["alteration", .. result.Lists.Select(list => $"#{EvaluationReport.HeadingOf(result, list)}")],
                [
                    .. copies.ByVariant.Select((variant, i) => ReportTable.Row(
                        variant.Variant,
                        result.Lists.Select(list => Found(list.Copies!.ByVariant[i].Found, list.Copies.ByVariant[i].Copies)))),
                    ReportTable.Row("all", result.Lists.Select(list => Found(list.Copies!.Found, list.Copies.Copies)), isSum: true),
                    ReportTable.Row(
                        "recall@1", result.Lists.Select(list => ReportTable.Number(list.Copies!.Recall, "0.0000")), isSum: true),
                ])}
            """));

    private static Markup Found(int found, int of) => Markup.Of(
        $"""<td class="number{(found < of ? " no" : "")}">{string.Create(CultureInfo.InvariantCulture, $"{found} / {of}")}</td>""");
}
