using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Connection;
using Pipeline.Cli.Images;
using Pipeline.Cli.Terminal;
using Pipeline.Client;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline duplicates</c>: groups of near-identical stored images.</summary>
internal static class DuplicatesCommand
{
    private const float LowestCosine = 0.5f;

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        Option<float?> minCosine = CosineOption.Create(
            LowestCosine, "From this cosine on two images are near-identical, 0.5 to 1. Default: 0.98.");
        Option<string> model = FilterOptions.Model("Compare by this model. Default: the first that votes for the fused list.");
        Option<string> prefix = FilterOptions.Prefix();
        Option<string[]> tags = FilterOptions.Tags();
        Option<bool> json = FilterOptions.Json();
        var command = new Command("duplicates", "Shows groups of near-identical images among those that are stored.")
        {
            minCosine, model, prefix, tags, json,
        };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            bool isJson = parsed.GetValue(json);
            var options = new DuplicatesOptions
            {
                MinCosine = parsed.GetValue(minCosine),
                Model = parsed.GetValue(model),
                Prefix = parsed.GetValue(prefix),
                Tags = parsed.GetValue(tags) ?? [],
            };
            DuplicatesResponse response = null!;
            await (isJson ? console.OnError() : console).StageAsync(
                "Comparing all images", async _ => response = await client.FindDuplicatesAsync(options, stop));
            if (isJson)
            {
                console.Line(JsonReport.Write(response));
            }
            else
            {
                Show(response, console);
            }

            return 0;
        }));
        return command;
    }

    private static void Show(DuplicatesResponse response, CommandConsole console)
    {
        IReadOnlyList<DuplicateGroup> groups = [.. response.Groups];
        console.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{response.Images:N0} images compared by {response.Model} ({response.Weights.ToJsonName()}); " +
            $"groups: {groups.Count:N0}, with a cosine from {response.MinCosine:0.####} on."));
        if (groups.Count == 0)
        {
            return;
        }

        Table table = new Table().AddColumns(new TableColumn("group").RightAligned(), new TableColumn("image"));
        table.AddColumns(new TableColumn("pixels").RightAligned(), new TableColumn("cosine").RightAligned());
        table.AddColumns("bytes", "tags");
        for (int i = 0; i < groups.Count; i++)
        {
            foreach (DuplicateImage image in groups[i].Images)
            {
                bool isFirst = image == groups[i].Images[0];
                table.AddRow(Cells.Of(
                    isFirst ? (i + 1).ToString(CultureInfo.InvariantCulture) : "",
                    image.Name,
                    string.Create(CultureInfo.InvariantCulture, $"{image.Width} x {image.Height}"),
                    isFirst ? "" : image.Cosine.ToString("0.0000", CultureInfo.InvariantCulture),
                    isFirst ? "" : image.Identical ? "the same" : "others",
                    string.Join(", ", image.Tags)));
            }
        }

        console.Write(table);
    }
}
