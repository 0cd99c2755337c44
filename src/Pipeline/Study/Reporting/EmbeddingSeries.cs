using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>Plot data for each model's embedding, by which search compares; each model has its own colour.</summary>
internal static class EmbeddingSeries
{
    /// <param name="conditions">The conditions of the study.</param>
    /// <param name="connected">Whether a line goes through the points.</param>
    /// <param name="points">The points of a layer, by its name.</param>
    public static IEnumerable<PlotSeries> Of(
        StudyConditions conditions, bool connected, Func<string, IEnumerable<(double X, double Y)>> points) =>
        Embeddings(conditions).Select(
            (layer, style) => new PlotSeries(conditions.TitleOf(layer), style, [.. points(layer.Name)], connected));

    /// <param name="conditions">The conditions of the study.</param>
    /// <param name="name">The meaning of the value.</param>
    /// <param name="value">The value of a layer, by its name.</param>
    public static IEnumerable<PlotLevel> Levels(StudyConditions conditions, string name, Func<string, double> value) =>
        Embeddings(conditions).Select(
            (layer, style) => new PlotLevel($"{conditions.TitleOf(layer.Model)}: {name}", style, value(layer.Name)));

    /// <summary>An image's cosines as short captions.</summary>
    public static IEnumerable<Markup> Captions(StudyConditions conditions, IReadOnlyDictionary<string, double> cosines) =>
        Embeddings(conditions).Select(layer => Markup.Of($"<br>{conditions.TitleOf(layer.Model)} {cosines[layer.Name]:0.000}"));

    private static IEnumerable<StudyLayer> Embeddings(StudyConditions conditions) => conditions.Layers.Where(layer => layer.IsEmbedding);
}
