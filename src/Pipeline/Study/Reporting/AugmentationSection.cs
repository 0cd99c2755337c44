using System.Globalization;
using Pipeline.Imaging;
using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>The drawn variants of A and their similarity to A.</summary>
internal static class AugmentationSection
{
    public static ReportSection? Of(StudyResult result) => result.Augmentations.Variants is not { Count: > 0 } variants
        ? null
        : new ReportSection("augmentation", "Augmentation", Markup.Of($"""
            <p class="note">{variants.Count} variants of A, drawn with seed {result.Conditions.Seed} as Keras' ImageDataGenerator does, from
            the study's ranges: {Ranges(result.Conditions.Ranges)}. Points outside the image take the value of its nearest edge.</p>
            {PlotOf(result).ToSvg()}
            <div class="variants">{Markup.Lines(variants.Select(variant => Card(result, variant)))}</div>
            {ReportTable.Of(
                ["variant", .. LayerColumns.Headings(result.Conditions)],
                [.. variants.Select(variant => Row(result.Conditions, variant)), .. Summary(result)])}
            <details><summary>What was done to each variant</summary>
            {ReportTable.Of(
                [
                    "variant", "#rotation, degrees", "#shift x, pixels", "#shift y, pixels", "#shear, degrees", "#zoom x", "#zoom y",
                    "#grey levels", "mirrored",
                ],
                variants.Select(Transform))}
            </details>
            """));

    private static string Ranges(AugmentationRanges ranges) => string.Create(
        CultureInfo.InvariantCulture,
        $"rotation up to {ranges.Rotation} degrees, shifts up to {ranges.WidthShift} of width and {ranges.HeightShift} of height, " +
        $"shear up to {ranges.Shear} degrees, zoom {ranges.MinZoom} to {ranges.MaxZoom}, channel shift up to {ranges.ChannelShift}, " +
        $"{(ranges.HorizontalFlip ? "about half of them mirrored" : "none mirrored")}");

    private static Plot PlotOf(StudyResult result)
    {
        IReadOnlyList<AugmentedVariant> variants = result.Augmentations.Variants;
        PlotSeries[] series = [.. EmbeddingSeries.Of(
            result.Conditions, connected: false, layer => variants.Select(variant => ((double)variant.Index, variant.Cosines[layer])))];
        PlotLevel[] levels = [.. EmbeddingSeries.Levels(result.Conditions, "mean", layer => result.Augmentations.Summary[layer].Mean)];
        return new Plot(
            "plot-augmentation",
            "Cosine of each variant with A",
            $"A mark for each of {variants.Count} variants and each model's embedding, and the means; the table below has the figures.",
            PlotAxis.Through("variant", [.. variants.Select(variant => (double)variant.Index)]),
            PlotAxis.Over("cosine with A", series.SelectMany(each => each.Points).Select(point => point.Y).Append(1), 5),
            series,
            levels);
    }

    private static Markup Card(StudyResult result, AugmentedVariant variant) => Markup.Of($"""
        <figure><img src="{Markup.DataUri("image/jpeg", variant.Thumbnail)}" alt="Variant {variant.Index} of A">
        <figcaption><strong>{variant.Index}</strong>
        {Markup.Lines(EmbeddingSeries.Captions(result.Conditions, variant.Cosines))}</figcaption></figure>
        """);

    private static Markup Row(StudyConditions conditions, AugmentedVariant variant) =>
        ReportTable.Row(NumberOf(variant), LayerColumns.Cosines(conditions, variant.Cosines));

    private static Markup Transform(AugmentedVariant variant)
    {
        AugmentationTransform transform = variant.Transform;
        return ReportTable.Row(
            NumberOf(variant),
            [
                ReportTable.Number(transform.Rotation, "0.0"),
                ReportTable.Number(transform.ShiftX, "0.0"),
                ReportTable.Number(transform.ShiftY, "0.0"),
                ReportTable.Number(transform.Shear, "0.00"),
                ReportTable.Number(transform.ZoomX, "0.000"),
                ReportTable.Number(transform.ZoomY, "0.000"),
                ReportTable.Number(transform.ChannelShift, "0.0"),
                ReportTable.Text(transform.FlipHorizontally ? "yes" : "no"),
            ]);
    }

    private static string NumberOf(AugmentedVariant variant) => variant.Index.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<Markup> Summary(StudyResult result)
    {
        foreach ((string name, Func<CosineSummary, double> value) in ((string, Func<CosineSummary, double>)[])
            [("mean", summary => summary.Mean), ("smallest", summary => summary.Min), ("largest", summary => summary.Max)])
        {
            yield return ReportTable.Row(
                name,
                result.Conditions.Layers.Select(layer => ReportTable.Cosine(value(result.Augmentations.Summary[layer.Name]))),
                isSum: true);
        }
    }
}
