using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>The cosines of all pairs.</summary>
internal static class PairsSection
{
    public static ReportSection? Of(StudyResult result) => result.Pairs.Count == 0
        ? null
        : new ReportSection("pairs", "Pairs", Markup.Of($"""
            <p class="note">Cosine of the angle between the outputs of a layer for the two images: 1 is the same direction, 0
            is no similarity. Compare within a column, not across columns: layers spread images differently.</p>
            {ReportTable.Of(["pair", .. LayerColumns.Headings(result.Conditions)], result.Pairs.Select(pair => Row(result, pair)))}
            """));

    private static Markup Row(StudyResult result, StudiedPair pair) => ReportTable.Row(
        $"{pair.First} – {pair.Second}: {NameOf(result, pair.First)}, {NameOf(result, pair.Second)}",
        LayerColumns.Cosines(result.Conditions, pair.Cosines));

    private static string NameOf(StudyResult result, string letter) => result.Images.First(image => image.Letter == letter).Name;
}
