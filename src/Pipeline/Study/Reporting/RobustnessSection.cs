using System.Globalization;
using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>The similarity of A to itself under distortions.</summary>
internal static class RobustnessSection
{
    private const string ValueFormat = "0.##";

    private const string AboutLevels = "The dotted lines are the cosines of A with B: where a curve falls below its own, the model " +
        "finds another object more like A than A itself.";

    public static ReportSection Of(StudyResult result)
    {
        // One scale for all plots, so that curves can be compared.
        StudiedPair? kind = result.Pairs.Count == 0 ? null : result.Pairs[0];
        IEnumerable<double> values = result.Robustness.SelectMany(curve => curve.Points)
            .SelectMany(point => Embeddings(result, point.Cosines))
            .Concat(kind is null ? [] : Embeddings(result, kind.Cosines));
        PlotAxis y = PlotAxis.Over("cosine with A", values.Append(1), 5);
        return new ReportSection("robustness", "Robustness", Markup.Of($"""
            <p class="note">The cosine of A, distorted more and more, with the undistorted A. All plots have the same scale.
            {(kind is null ? "" : AboutLevels)}</p>
            <div class="plots">{Markup.Lines(result.Robustness.Select((curve, i) => Card(result, curve, kind, i, y)))}
            {(kind is null ? default : Crossings(result, kind))}</div>
            <details><summary>All figures of the curves</summary>
            {ReportTable.Of(
                ["distortion", .. LayerColumns.Headings(result.Conditions)],
                result.Robustness.SelectMany(curve => Rows(result, curve)))}
            </details>
            """));
    }

    private static Markup Card(StudyResult result, RobustnessCurve curve, StudiedPair? kind, int number, PlotAxis y)
    {
        var plot = new Plot(
            $"plot-robustness-{number}",
            $"{Title(curve)}: cosine with A",
            $"A curve for each model's embedding against the {curve.Parameter}; the table below the plots has the figures.",
            PlotAxis.Through(curve.Parameter, [.. curve.Points.Select(point => point.Value)]),
            y,
            [
                .. EmbeddingSeries.Of(
                    result.Conditions, connected: true, layer => curve.Points.Select(point => (point.Value, point.Cosines[layer]))),
            ],
            kind is null ? [] : [.. EmbeddingSeries.Levels(result.Conditions, "A with B", layer => kind.Cosines[layer])]);
        return Markup.Of($"""
            <div class="card"><h3>{Title(curve)}</h3>
            {plot.ToSvg()}
            <div class="strip-of-pictures">{Markup.Lines(curve.Points.Select(point => Image(curve, point)))}</div></div>
            """);
    }

    /// <summary>The strengths at which another object of A's kind is more like A than A itself.</summary>
    private static Markup Crossings(StudyResult result, StudiedPair kind)
    {
        StudyLayer[] layers = [.. result.Conditions.Layers.Where(layer => layer.IsEmbedding)];
        return Markup.Of($"""
            <div class="card"><h3>Where B is more like A than A itself</h3>
            <p class="note">The strengths at which the distorted A is less like A than B is.</p>
            {ReportTable.Of(["distortion", .. layers.Select(result.Conditions.TitleOf)], result.Robustness.Select(Row))}</div>
            """);

        Markup Row(RobustnessCurve curve) => ReportTable.Row(
            $"{Title(curve)}, {curve.Parameter}",
            layers.Select(layer => ReportTable.Text(
                curve.Points.Where(point => point.Cosines[layer.Name] < kind.Cosines[layer.Name])
                    .Select(point => point.Value.ToString(ValueFormat, CultureInfo.InvariantCulture)) is var values && values.Any()
                    ? string.Join(", ", values)
                    : "none")));
    }

    private static Markup Image(RobustnessCurve curve, RobustnessPoint point) => Markup.Of($"""
        <figure><img src="{Markup.DataUri("image/jpeg", point.Thumbnail)}" alt="A, {curve.Distortion} {point.Value:0.##}">
        <figcaption>{point.Value:0.##}</figcaption></figure>
        """);

    private static IEnumerable<Markup> Rows(StudyResult result, RobustnessCurve curve) => curve.Points.Select(point => ReportTable.Row(
        $"{curve.Distortion}, {curve.Parameter}: {point.Value.ToString(ValueFormat, CultureInfo.InvariantCulture)}",
        LayerColumns.Cosines(result.Conditions, point.Cosines)));

    private static IEnumerable<double> Embeddings(StudyResult result, IReadOnlyDictionary<string, double> cosines) =>
        result.Conditions.Layers.Where(layer => layer.IsEmbedding).Select(layer => cosines[layer.Name]);

    private static string Title(RobustnessCurve curve) =>
        string.Concat(curve.Distortion[..1].ToUpperInvariant(), curve.Distortion.AsSpan(1));
}
