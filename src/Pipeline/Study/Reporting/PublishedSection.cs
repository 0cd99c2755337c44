using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>The figures of this product beside the published ones.</summary>
internal static class PublishedSection
{
    public static ReportSection? Of(StudyResult result) => result.Published is not { } published
        ? null
        : new ReportSection("published", "Ours beside the published figures", Markup.Of($"""
            <p class="note">lbrejon, “Compute similarity between images using CNN”, 2021. Ours agree if they are within
            {published.Tolerance} of the published figure, as all of VGG16 should with ImageNet weights: JPEG decoders differ by one
            grey level in some pixels, and nearest-neighbour resizing copies such a pixel.</p>
            {ReportTable.Of(
                ["of", "#published", "#ours", "#difference", "agrees", "layer"],
                published.Figures.Select(figure => Row(result.Conditions, figure)))}
            {Markup.Lines(published.LeftOut.Select(sentence => Markup.Of($"""<p class="note">{sentence}</p>""")))}
            <div class="variants">{Markup.Lines(result.Variants.Select(variant => Card(result, variant)))}</div>
            """));

    private static Markup Row(StudyConditions conditions, ComparedFigure figure) => ReportTable.Row(
        figure.Published.Class is null ? figure.Published.Subject : $"{figure.Published.Subject}: {figure.Published.Measure}",
        [
            ReportTable.Cosine(figure.Published.Value),
            ReportTable.Cosine(figure.Ours),
            ReportTable.Number(figure.Difference, "+0.0000;-0.0000;0.0000"),
            Agreement(conditions, figure),
            ReportTable.Text($"{conditions.TitleOf(figure.Published.Model)} {figure.Published.Output}"),
        ]);

    // Untrained models are not expected to agree, and agreement by chance would mean nothing.
    private static Markup Agreement(StudyConditions conditions, ComparedFigure figure) =>
        !conditions.Trained ? Markup.Of($"""<td class="unexpected">not expected</td>""")
        : figure.Agrees ? Markup.Of($"""<td class="yes">yes</td>""")
        : Markup.Of($"""<td class="no">no</td>""");

    private static Markup Card(StudyResult result, StudiedVariant variant) => Markup.Of($"""
        <figure><img src="{Markup.DataUri("image/jpeg", variant.Thumbnail)}" alt="Variant {variant.Name} of A">
        <figcaption><strong>{variant.Name}</strong>
        {Markup.Lines(EmbeddingSeries.Captions(result.Conditions, variant.Cosines))}</figcaption></figure>
        """);
}
