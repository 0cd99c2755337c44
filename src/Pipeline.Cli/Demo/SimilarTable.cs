using System.Globalization;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Cli.Demo;

/// <summary>Shows a response as a table: the models side by side, and the fused list.</summary>
internal static class SimilarTable
{
    public static Table Create(SimilarResponse response, string query, IReadOnlyList<ModelDefinition> models)
    {
        var table = new Table { Title = new TableTitle($"Most similar to {Markup.Escape(query)}") };
        table.AddColumn("");
        foreach (ModelDefinition model in models)
        {
            table.AddColumn($"{model.Title} ({response.Models[model.Key].Weights.ToJsonName()})");
            table.AddColumn(new TableColumn("cosine").RightAligned());
        }

        table.AddColumn("together");
        table.AddColumn(new TableColumn("score").RightAligned());
        int rows = models.Select(model => response.Models[model.Key].Results.Count).Append(response.Fused.Count).Max();
        for (int row = 0; row < rows; row++)
        {
            int i = row;
            List<string> cells = [(i + 1).ToString(CultureInfo.InvariantCulture)];
            foreach (ModelDefinition model in models)
            {
                SimilarImage? match = response.Models[model.Key].Results.ElementAtOrDefault(i);
                cells.Add(match?.Name ?? "");
                cells.Add(match?.Cosine.ToString("0.0000", CultureInfo.InvariantCulture) ?? "");
            }

            FusedImage? fused = response.Fused.ElementAtOrDefault(i);
            cells.Add(fused?.Name ?? "");
            cells.Add(fused?.Score.ToString("0.0000", CultureInfo.InvariantCulture) ?? "");
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        return table;
    }
}
