using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>Tables with a column for each compared layer.</summary>
internal static class LayerColumns
{
    /// <summary>A heading for each layer.</summary>
    public static IEnumerable<string> Headings(StudyConditions conditions) =>
        conditions.Layers.Select(layer => $"#{conditions.TitleOf(layer)}");

    /// <summary>Cosines by layer, in the layers' order.</summary>
    public static IEnumerable<Markup> Cosines(StudyConditions conditions, IReadOnlyDictionary<string, double> cosines) =>
        conditions.Layers.Select(layer => ReportTable.Cosine(cosines[layer.Name]));
}
