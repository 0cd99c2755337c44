using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Connection;
using Pipeline.Cli.Images;
using Pipeline.Cli.Terminal;
using Pipeline.Client;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline images</c>: lists, shows and deletes stored images.</summary>
internal static class ImagesCommand
{
    public static Command Create(SourceTree tree, CommandConsole console)
    {
        Option<string> prefix = FilterOptions.Prefix();
        Option<string[]> tags = FilterOptions.Tags();
        Option<bool> json = FilterOptions.Json();
        var command = new Command("images", "Lists the stored images with their state by each model.")
        {
            prefix, tags, json, CreateShow(tree, console), CreateDelete(tree, console),
        };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            bool isJson = parsed.GetValue(json);
            var filter = new ImageFilter { Prefix = parsed.GetValue(prefix), Tags = parsed.GetValue(tags) ?? [] };
            List<ListedImage> images = [];
            await (isJson ? console.OnError() : console).StageAsync("Reading the list of images", async progress =>
            {
                await foreach (ListedImage image in client.ListImagesAsync(filter, stop))
                {
                    images.Add(image);
                    progress.Report(new StageProgress(0, $"{images.Count} so far"));
                }
            });
            if (isJson)
            {
                console.Line(JsonReport.Write(new ImagesResponse(images, null)));
            }
            else
            {
                Show(images, console);
            }

            return 0;
        }));
        return command;
    }

    private static Command CreateShow(SourceTree tree, CommandConsole console)
    {
        var name = new Argument<string>("NAME") { Description = "The image's name." };
        Option<bool> json = FilterOptions.Json();
        var command = new Command("show", "Shows a stored image: its size, tags, and state by each model.") { name, json };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            ListedImage image = await client.GetImageAsync(parsed.GetRequiredValue(name), stop);
            if (parsed.GetValue(json))
            {
                console.Line(JsonReport.Write(image));
                return 0;
            }

            Show([image], console);
            foreach ((string model, ImageState state) in image.Models.Where(model => model.Value.Reason is not null))
            {
                console.Line(ShownText.OfLine($"{model}: {state.Reason}"));
            }

            return 0;
        }));
        return command;
    }

    private static Command CreateDelete(SourceTree tree, CommandConsole console)
    {
        var names = new Argument<string[]>("NAME") { Description = "The images' names.", Arity = ArgumentArity.OneOrMore };
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var command = new Command("delete", "Deletes stored images for good, after a question.") { names, yes };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(
            parsed, client => DeleteAsync(client, parsed.GetRequiredValue(names), parsed.GetValue(yes), console, stop)));
        return command;
    }

    private static async Task<int> DeleteAsync(
        PipelineClient client, string[] names, bool yes, CommandConsole console, CancellationToken cancellationToken)
    {
        if (!yes)
        {
            if (!console.CanAsk)
            {
                throw new CommandFailure("Nobody can be asked here before the images are deleted. Pass --yes in a script.");
            }

            string what = names.Length == 1 ? $"'{ShownText.OfLine(names[0])}'" : $"these {names.Length} images";
            if (!await console.AskAsync($"Delete {what} for good?", cancellationToken, defaultAnswer: false))
            {
                console.Line("Nothing was deleted.");
                return 0;
            }
        }

        foreach (string name in names)
        {
            await client.DeleteImageAsync(name, cancellationToken);
            console.Line($"Deleted '{ShownText.OfLine(name)}'.");
        }

        return 0;
    }

    private static void Show(List<ListedImage> images, CommandConsole console)
    {
        if (images.Count == 0)
        {
            console.Line("There is no such image.");
            return;
        }

        Table table = new Table().AddColumn("image").AddColumn(new TableColumn("bytes").RightAligned()).AddColumn("stored (UTC)");
        string[] models = [.. images.SelectMany(image => image.Models.Keys).Distinct()];
        table.AddColumns([.. models.Select(Markup.Escape), "tags"]);
        foreach (ListedImage image in images)
        {
            table.AddRow(Cells.Of(
            [
                image.Name,
                image.Bytes.ToString("N0", CultureInfo.InvariantCulture),
                image.LastModified?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "",
                .. models.Select(model => image.Models.TryGetValue(model, out ImageState? state) ? state.State.ToJsonName() : ""),
                string.Join(", ", image.Tags),
            ]));
        }

        console.Write(table);
    }
}
