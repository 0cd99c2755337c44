using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Connection;
using Pipeline.Cli.Images;
using Pipeline.Cli.Terminal;
using Pipeline.Client;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline tags</c>: the tags of an image, and all tags.</summary>
internal static class TagsCommand
{
    private const string TagDescription = "Tags of 1 to 100 characters, without commas.";

    public static Command Create(SourceTree tree, CommandConsole console) =>
        new("tags", "Shows and changes the tags of stored images.")
        {
            CreateList(tree, console),
            CreateShow(tree, console),
            CreateChange(
                tree, console, "set", "Replaces an image's tags; without a tag it has none then.", ArgumentArity.ZeroOrMore,
                (client, name, tags, stop) => client.SetTagsAsync(name, tags, stop)),
            CreateChange(tree, console, "add", "Adds tags to those that an image has.", ArgumentArity.OneOrMore, AddAsync),
            CreateChange(
                tree, console, "remove", "Removes tags from an image; ./pipeline tags set NAME removes all.", ArgumentArity.OneOrMore,
                (client, name, tags, stop) => client.RemoveTagsAsync(name, tags, stop)),
        };

    private static Command CreateList(SourceTree tree, CommandConsole console)
    {
        Option<string> prefix = FilterOptions.Prefix("Only tags that begin with this.");
        Option<bool> json = FilterOptions.Json();
        var command = new Command("list", "Lists the tags of all images, those of the most images first; at most 1000.") { prefix, json };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            IReadOnlyList<TagCount> tags = await client.ListTagsAsync(parsed.GetValue(prefix), stop);
            if (parsed.GetValue(json))
            {
                console.Line(JsonReport.Write(new TagCountsResponse(tags)));
            }
            else if (tags.Count == 0)
            {
                console.Line("No image has such a tag.");
            }
            else
            {
                Table table = new Table().AddColumn("tag").AddColumn(new TableColumn("images").RightAligned());
                foreach (TagCount tag in tags)
                {
                    table.AddRow(Cells.Of(tag.Tag, tag.Images.ToString("N0", CultureInfo.InvariantCulture)));
                }

                console.Write(table);
            }

            return 0;
        }));
        return command;
    }

    private static Command CreateShow(SourceTree tree, CommandConsole console)
    {
        Argument<string> name = NameArgument();
        Option<bool> json = FilterOptions.Json();
        var command = new Command("show", "Shows an image's tags.") { name, json };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            Show(await client.GetTagsAsync(parsed.GetRequiredValue(name), stop), parsed.GetValue(json), console);
            return 0;
        }));
        return command;
    }

    private static Command CreateChange(
        SourceTree tree,
        CommandConsole console,
        string verb,
        string description,
        ArgumentArity arity,
        Func<PipelineClient, string, string[], CancellationToken, Task<IReadOnlyList<string>>> change)
    {
        Argument<string> name = NameArgument();
        var tags = new Argument<string[]>("TAG") { Description = TagDescription, Arity = arity };
        Option<bool> json = FilterOptions.Json();
        var command = new Command(verb, description) { name, tags, json };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            IReadOnlyList<string> now = await change(client, parsed.GetRequiredValue(name), parsed.GetValue(tags) ?? [], stop);
            Show(now, parsed.GetValue(json), console);
            return 0;
        }));
        return command;
    }

    private static async Task<IReadOnlyList<string>> AddAsync(
        PipelineClient client, string name, string[] tags, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> before = await client.GetTagsAsync(name, cancellationToken);
        return await client.SetTagsAsync(name, [.. before, .. tags], cancellationToken);
    }

    private static Argument<string> NameArgument() => new("NAME") { Description = "The image's name." };

    private static void Show(IReadOnlyList<string> tags, bool isJson, CommandConsole console)
    {
        if (isJson)
        {
            console.Line(JsonReport.Write(new TagsResponse(tags)));
            return;
        }

        console.Line(tags.Count == 0 ? "The image has no tags." : string.Join(", ", tags.Select(ShownText.OfLine)));
    }
}
