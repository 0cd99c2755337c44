using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>Which model separates images better.</summary>
internal static class SeparationSection
{
    private const int ObjectStyle = 4;
    private const int OtherStyle = 5;
    private const int KindStyle = 6;

    public static ReportSection? Of(StudyResult result) => result.Separation is not { } separation
        ? null
        : new ReportSection("separation", "Which model separates better", Markup.Of($"""
            <p class="note">The same object (A's variants) should be nearest to A, another of its kind (B) farther, other things (C and on)
            farthest. The silhouette (Rousseeuw 1987), with 1 − cosine for the distance, says how well: 1 is perfect, 0 is no difference,
            below 0 is the wrong order. It depends only on the ratio of distances, so layers can be compared with each other.</p>
            {Strip(result).ToSvg()}
            {ReportTable.Of(
                ["layer", "#same object", "#same kind", "#other", "#object / kind", "#object / other", "#kind / other", "#mean"],
                separation.Layers.Select(layer => Row(result.Conditions, layer)))}
            <p class="note">The first three columns are mean cosines with A; the last four are silhouettes, of the group that should be
            nearer against the other. One image in a group is an example, not a measurement.</p>
            """));

    private static StripPlot Strip(StudyResult result)
    {
        StripRow[] rows = [.. result.Conditions.Layers.Select(layer => Row(result, layer))];
        return new StripPlot(
            "plot-separation",
            "Cosines with A, layer by layer",
            "For each layer the cosines of A with its variants, the image of its kind and the others; the table below has the means.",
            PlotAxis.Over("cosine with A", rows.SelectMany(row => row.Marks).Select(mark => mark.Value).Append(1), 6),
            [("same object", ObjectStyle), ("same kind", KindStyle), ("other", OtherStyle)],
            rows);
    }

    private static StripRow Row(StudyResult result, StudyLayer layer) => new(
        result.Conditions.TitleOf(layer),
        [
            .. result.Variants.Select(variant => (ObjectStyle, variant.Cosines[layer.Name])),
            .. result.Augmentations.Variants.Select(variant => (ObjectStyle, variant.Cosines[layer.Name])),
            .. result.Pairs.Where(pair => pair.First == result.Images[0].Letter)
                .Select((pair, i) => (i == 0 ? KindStyle : OtherStyle, pair.Cosines[layer.Name])),
        ]);

    private static Markup Row(StudyConditions conditions, LayerSeparation layer) => ReportTable.Row(
        conditions.TitleOf(conditions.Layers.First(known => known.Name == layer.Layer)),
        [
            ReportTable.Cosine(layer.SameObject),
            ReportTable.Cosine(layer.SameKind),
            ReportTable.Cosine(layer.Other),
            ReportTable.Number(layer.ObjectFromKind, "0.00"),
            ReportTable.Number(layer.ObjectFromOther, "0.00"),
            ReportTable.Number(layer.KindFromOther, "0.00"),
            ReportTable.Number(layer.Score, "0.00"),
        ]);
}
