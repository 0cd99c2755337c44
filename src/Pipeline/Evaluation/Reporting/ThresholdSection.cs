using Pipeline.Reporting;

namespace Pipeline.Evaluation.Reporting;

/// <summary>From which cosine on wrong images appear: what someone needs to choose minCosine.</summary>
internal static class ThresholdSection
{
    private const int CopyStyle = 4;
    private const int WrongStyle = 6;
    private const string PartFormat = "0.0 %";

    // More marks would lie on each other.
    private const int MostMarks = 300;

    /// <returns>Null without copies.</returns>
    public static ReportSection? Of(EvaluationResult result)
    {
        JudgedList[] models = [.. result.Lists.Where(list => list.Copies?.Threshold is not null)];
        return models.Length == 0
            ? null
            : new ReportSection("thresholds", "Where false positives begin", Markup.Of($"""
                <p class="note">A copy's right cosine is that with its original, its wrong cosine the largest with another image. Above a
                limit such as <code>minCosine</code> the copies to the right of it are found, and the wrong images to the right of it are
                false positives. The last column is the largest cosine of two different images of the folder.</p>
                {PlotOf(result, models).ToSvg()}
                {ReportTable.Of(
                    ["model", "#first false positive", "#found above", "#1 % false positives", "#found above", "#two originals"],
                    models.Select(list => Row(result, list)))}
                <h3>The different images that are most alike</h3>
                <p class="note">Near duplicates in the folder raise the limit: look whether these are really different.</p>
                <div class="pictures">{Markup.Lines(models.Select(list => Pairs(result, list)))}</div>
                """));
    }

    private static StripPlot PlotOf(EvaluationResult result, JudgedList[] models)
    {
        StripRow[] rows = [.. models.SelectMany(list => RowsOf(result, list))];
        return new StripPlot(
            "plot-thresholds",
            "Right and wrong cosines of the copies",
            "For each model the cosines of copies with their originals, and their largest cosines with other images; the table has the limits.",
            PlotAxis.Over("cosine", rows.SelectMany(row => row.Marks).Select(mark => mark.Value).Append(1), 6),
            [("copy with its original", CopyStyle), ("copy with the nearest other image", WrongStyle)],
            rows);
    }

    private static IEnumerable<StripRow> RowsOf(EvaluationResult result, JudgedList list)
    {
        int position = result.Lists.ToList().IndexOf(list);
        QueryOutcome[] copies =
            [.. result.Queries.Where(query => query.Image.Variant is not null).Select(query => query.Outcomes[position])];
        int step = (copies.Length / MostMarks) + 1;
        QueryOutcome[] shown = [.. copies.Where((_, i) => i % step == 0)];
        string heading = EvaluationReport.HeadingOf(result, list);
        yield return new StripRow($"{heading}: right", [.. shown.Select(copy => (CopyStyle, copy.RightCosine))]);
        yield return new StripRow($"{heading}: wrong", [.. shown.Select(copy => (WrongStyle, copy.WrongCosine))]);
    }

    private static Markup Row(EvaluationResult result, JudgedList list)
    {
        CopyThreshold threshold = list.Copies!.Threshold!;
        return ReportTable.Row(
            EvaluationReport.HeadingOf(result, list),
            [
                ReportTable.Cosine(threshold.FirstFalse),
                ReportTable.Number(threshold.FoundAboveFirstFalse, PartFormat),
                ReportTable.Cosine(threshold.OnePercentFalse),
                ReportTable.Number(threshold.FoundAboveOnePercent, PartFormat),
                ReportTable.Cosine(threshold.HighestBetweenOriginals),
            ]);
    }

    private static Markup Pairs(EvaluationResult result, JudgedList list) => list.NearestOriginals.Count == 0
        ? default
        : Markup.Of($"""
            <div class="card"><h3>{EvaluationReport.HeadingOf(result, list)}</h3>
            {Markup.Lines(list.NearestOriginals.Select(pair => Markup.Of($"""
                <div class="miss">{MissesSection.Image(result, pair.First, "")}{MissesSection.Image(
                    result, pair.Second, FormattableString.Invariant($"cosine {pair.Cosine:0.000}"))}</div>
                """)))}</div>
            """);
}
