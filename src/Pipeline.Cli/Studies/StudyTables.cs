using System.Globalization;
using Pipeline.Cli.Predict;
using Pipeline.Cli.Terminal;
using Pipeline.Models;
using Pipeline.Study;
using Spectre.Console;

namespace Pipeline.Cli.Studies;

/// <summary>Prints the main results of a study as tables; the report has the rest.</summary>
internal static class StudyTables
{
    private const string CosineFormat = "0.0000";

    /// <param name="result">The study.</param>
    /// <param name="models">The models of the study.</param>
    /// <param name="console">The console.</param>
    public static void Write(StudyResult result, IReadOnlyList<InstalledModel> models, CommandConsole console)
    {
        console.Line();
        StudiedImage reference = result.Images[0];
        if (reference.Predictions.Count > 0)
        {
            console.Write(PredictionTable.Create(reference.Name, [.. models.Where(model => model.WithTop)], reference.Predictions));
        }

        if (result.Pairs.Count + result.Augmentations.Variants.Count > 0)
        {
            console.Write(Cosines(result));
        }

        if (result.Published is { } published)
        {
            console.Write(Published(result.Conditions, published));
            console.Line(published.Conclusion);
        }

        foreach (string sentence in (result.Separation?.Verdict ?? []).Concat(result.Notes))
        {
            console.Line(sentence);
        }

        console.Line();
    }

    private static Table Cosines(StudyResult result)
    {
        var table = new Table { Title = new TableTitle("Cosines") };
        table.AddColumn("");
        foreach (StudyLayer layer in result.Conditions.Layers)
        {
            table.AddColumn(new TableColumn(result.Conditions.TitleOf(layer)).RightAligned());
        }

        foreach (StudiedPair pair in result.Pairs)
        {
            AddRow($"{NameOf(pair.First)} / {NameOf(pair.Second)}", layer => pair.Cosines[layer]);
        }

        if (result.Augmentations.Variants.Count > 0)
        {
            string variants = string.Create(
                CultureInfo.InvariantCulture,
                $"{ShownText.OfLine(result.Images[0].Name)} / its {result.Augmentations.Variants.Count} variants");
            AddRow($"{variants}, mean", layer => result.Augmentations.Summary[layer].Mean);
            AddRow("smallest", layer => result.Augmentations.Summary[layer].Min);
            AddRow("largest", layer => result.Augmentations.Summary[layer].Max);
        }

        return table;

        string NameOf(string letter) => ShownText.OfLine(result.Images.First(image => image.Letter == letter).Name);

        void AddRow(string name, Func<string, double> value) => table.AddRow(
            [
                new Text(name),
                .. result.Conditions.Layers.Select(
                    layer => new Text(value(layer.Name).ToString(CosineFormat, CultureInfo.InvariantCulture))),
            ]);
    }

    private static Table Published(StudyConditions conditions, PublishedComparison published)
    {
        var table = new Table
        {
            Title = new TableTitle(string.Create(
                CultureInfo.InvariantCulture, $"Ours beside the published figures, tolerance {published.Tolerance}")),
        };
        table.AddColumns("of", "layer", "measure");
        foreach (string column in (string[])["published", "ours", "difference"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        table.AddColumn("agrees");
        foreach (ComparedFigure figure in published.Figures)
        {
            table.AddRow(
                new Text(figure.Published.Subject),
                new Text($"{conditions.TitleOf(figure.Published.Model)} {figure.Published.Output}"),
                new Text(figure.Published.Measure),
                new Text(figure.Published.Value.ToString(CosineFormat, CultureInfo.InvariantCulture)),
                new Text(figure.Ours.ToString(CosineFormat, CultureInfo.InvariantCulture)),
                new Text(figure.Difference.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture)),
                new Text(!conditions.Trained ? "not expected" : figure.Agrees ? "yes" : "no"));
        }

        return table;
    }
}
