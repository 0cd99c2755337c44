using Pipeline.Reporting;

namespace Pipeline.Evaluation.Reporting;

/// <summary>The worst misses as images: the query, what was found, and what should have been found.</summary>
internal static class MissesSection
{
    /// <returns>Null without groups.</returns>
    public static ReportSection? OfGroups(EvaluationResult result) => result.Fused.Groups is null
        ? null
        : Of(result, "group-misses", "Worst misses of groups", list => list.GroupMisses);

    /// <returns>Null without copies.</returns>
    public static ReportSection? OfCopies(EvaluationResult result) => result.Fused.Copies is null
        ? null
        : Of(result, "copy-misses", "Worst misses of copies", list => list.CopyMisses);

    /// <summary>An image with its name and a remark below.</summary>
    public static Markup Image(EvaluationResult result, ShownImage image, string remark)
    {
        string name = image.Variant is { } variant ? $"{image.Name}, {variant}" : image.Name;
        Markup drawn = result.Thumbnails.TryGetValue(image, out ReadOnlyMemory<byte> jpeg)
            ? Markup.Of($"""<img src="{Markup.DataUri("image/jpeg", jpeg)}" alt="{name}">""")
            : default;
        return Markup.Of($"""<figure>{drawn}<figcaption>{name}{(remark.Length > 0 ? Break : default)}{remark}</figcaption></figure>""");
    }

    private static Markup Break => new("<br>");

    private static ReportSection Of(
        EvaluationResult result, string id, string title, Func<JudgedList, IReadOnlyList<Miss>> misses) => new(id, title, Markup.Of($"""
        <p class="note">Of each list those whose right image comes latest: the query, what came first, and the best placed right image.</p>
        {Markup.Lines(result.Lists.Select(list => Of(result, list, misses(list))))}
        """));

    // The fused list is what search answers with, so it is open.
    private static Markup Of(EvaluationResult result, JudgedList list, IReadOnlyList<Miss> misses) => misses.Count == 0
        ? Markup.Of($"<p>{EvaluationReport.HeadingOf(result, list)}: none.</p>")
        : Markup.Of($"""
            <details{(list == result.Fused ? new Markup(" open") : default)}><summary>{EvaluationReport.HeadingOf(result, list)}</summary>
            <div class="misses">{Markup.Lines(misses.Select(miss => Card(result, miss)))}</div></details>
            """);

    private static Markup Card(EvaluationResult result, Miss miss) => Markup.Of($"""
        <div class="card miss">{Image(result, miss.Query, "query")}{Image(result, miss.Found, $"found first{CosineOf(miss.FoundCosine)}")}
        {Image(result, miss.Wanted, FormattableString.Invariant($"right, at rank {miss.WantedRank:N0}{CosineOf(miss.WantedCosine)}"))}</div>
        """);

    private static string CosineOf(double? cosine) => cosine is { } value ? FormattableString.Invariant($", cosine {value:0.000}") : "";
}
