using System.Globalization;
using Pipeline.Cli.Terminal;
using Spectre.Console;

namespace Pipeline.Cli.Demo;

/// <summary>Shows a response as a table: the models side by side, and the fused list.</summary>
internal static class SimilarTable
{
    /// <param name="response">The response.</param>
    /// <param name="query">The name of the image that was searched with.</param>
    /// <param name="titleOf">The title of a model, by its key.</param>
    public static Table Create(SimilarResponse response, string query, Func<string, string> titleOf)
    {
        var table = new Table { Title = new TableTitle($"Most similar to {Markup.Escape(ShownText.OfLine(query))}") };
        table.AddColumn("");
        foreach ((string key, ModelMatches matches) in response.Models)
        {
            table.AddColumn($"{Markup.Escape(ShownText.OfLine(titleOf(key)))} ({matches.Weights.ToJsonName()})");
            table.AddColumn(new TableColumn("cosine").RightAligned());
        }

        table.AddColumn("together");
        table.AddColumn(new TableColumn("score").RightAligned());
        int rows = response.Models.Values.Select(matches => matches.Results.Count).Append(response.Fused.Count).Max();
        for (int row = 0; row < rows; row++)
        {
            int i = row;
            List<string> cells = [(i + 1).ToString(CultureInfo.InvariantCulture)];
            foreach (ModelMatches matches in response.Models.Values)
            {
                SimilarImage? match = matches.Results.ElementAtOrDefault(i);
                cells.Add(match?.Name ?? "");
                cells.Add(match?.Cosine.ToString("0.0000", CultureInfo.InvariantCulture) ?? "");
            }

            FusedImage? fused = response.Fused.ElementAtOrDefault(i);
            cells.Add(fused?.Name ?? "");
            cells.Add(fused?.Score.ToString("0.0000", CultureInfo.InvariantCulture) ?? "");
            table.AddRow(Cells.Of(cells));
        }

        return table;
    }
}
