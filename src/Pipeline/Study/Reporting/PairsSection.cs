namespace Pipeline.Study.Reporting;

/// <summary>The cosines of all pairs.</summary>
internal static class PairsSection
{
    public static ReportSection? Of(StudyResult result) => result.Pairs.Count == 0
        ? null
        : new ReportSection("pairs", "Pairs", Markup.Of($"""
            <p class="note">Cosine of the angle between what a layer makes of the one image and of the other: 1 is the same direction, 0
            has nothing in common. Compare down a column, not across: layers spread images differently.</p>
            {ReportTable.Of(["pair", .. ReportTable.LayerHeadings(result.Conditions)], result.Pairs.Select(pair => Row(result, pair)))}
            """));

    private static Markup Row(StudyResult result, StudiedPair pair) => ReportTable.Row(
        $"{pair.First} – {pair.Second}: {NameOf(result, pair.First)}, {NameOf(result, pair.Second)}",
        ReportTable.Cosines(result.Conditions, pair.Cosines));

    private static string NameOf(StudyResult result, string letter) => result.Images.First(image => image.Letter == letter).Name;
}
