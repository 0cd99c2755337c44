using System.Globalization;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Cli.Predict;

/// <summary>Predictions as a table, the models side by side.</summary>
internal static class PredictionTable
{
    public static Table Create(
        string file, IReadOnlyList<InstalledModel> models, IReadOnlyDictionary<string, IReadOnlyList<Prediction>> predictions)
    {
        var table = new Table { Title = new TableTitle($"What is in {Markup.Escape(ShownText.OfLine(file))}") };
        table.AddColumn("");
        foreach (InstalledModel model in models)
        {
            table.AddColumn($"{model.Definition.Title} ({model.Weights.ToJsonName()})");
            table.AddColumn(new TableColumn("probability").RightAligned());
        }

        for (int i = 0; i < predictions.Values.Max(list => list.Count); i++)
        {
            List<string> cells = [(i + 1).ToString(CultureInfo.InvariantCulture)];
            foreach (InstalledModel model in models)
            {
                Prediction? prediction = predictions[model.Key].ElementAtOrDefault(i);
                cells.Add(prediction is null ? "" : prediction.Label ?? $"class {prediction.Class}");
                cells.Add(prediction?.Probability.ToString("0.0000", CultureInfo.InvariantCulture) ?? "");
            }

            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        return table;
    }
}
