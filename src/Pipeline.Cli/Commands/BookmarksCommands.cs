using System.CommandLine;
using System.Text;
using Pipeline.Cli.Connection;
using Pipeline.Cli.Links;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline links import</c> and <c>export</c>: bookmarks files, as browsers write and read them.</summary>
internal static class BookmarksCommands
{
    // A browser's file has about 200 bytes a bookmark, and perhaps an icon of some kB: this is room for tens of thousands.
    private const long MaxBytes = 100 * 1024 * 1024;

    public static Command CreateImport(SourceTree tree, CommandConsole console)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A bookmarks file that a browser exported (HTML)." };
        Option<string[]> tags = FilterOptions.Tags("Give all of them this tag, too; repeat it for several.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be added." };
        Option<bool> wait = LinksCommand.Wait();
        Option<bool> json = FilterOptions.Json();
        var command = new Command(
            "import",
            "Adds the links of a bookmarks file; its folders and tags become tags. Ends with 1 if the app refuses some.")
        {
            file, tags, dryRun, wait, json,
        };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            CommandConsole messages = parsed.GetValue(json) ? console.OnError() : console;
            BookmarkList bookmarks = Read(parsed.GetRequiredValue(file));
            SayLeftOut(bookmarks, messages);
            NewLink[] links =
            [
                .. bookmarks.Links.Select(bookmark => new NewLink(
                    bookmark.Url, [.. bookmark.Tags.Union(parsed.GetValue(tags) ?? [], StringComparer.Ordinal)])),
            ];
            if (!parsed.GetValue(dryRun))
            {
                return await LinksCommand.AddAsync(client, links, parsed.GetValue(wait), parsed.GetValue(json), console, stop);
            }

            foreach (NewLink link in links)
            {
                console.Line(ShownText.OfLine(link.Tags is { Count: > 0 } given ? $"{link.Url}  ({string.Join(", ", given)})" : link.Url));
            }

            return 0;
        }));
        return command;
    }

    public static Command CreateExport(SourceTree tree, CommandConsole console)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The bookmarks file to write (HTML)." };
        Option<string[]> tags = FilterOptions.Tags("Only links that were given this tag; with several, all of them.");
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file if it is there." };
        var command = new Command(
            "export",
            "Writes the links into a bookmarks file that browsers import. Each is in the folder of its first tag; Firefox reads all tags.")
        {
            file, tags, overwrite,
        };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            FileInfo target = parsed.GetRequiredValue(file);
            bool replaces = parsed.GetValue(overwrite);
            if (target.Exists && !replaces)
            {
                throw Exists(target);
            }

            List<Link> links = await LinksCommand.ReadAsync(client, null, parsed.GetValue(tags) ?? [], console, stop);
            await WriteAsync(target, BookmarkWriter.Write(links), replaces, stop);
            console.Line($"Wrote {links.Count} links to '{SourceTree.Display(target.FullName)}'.");
            return 0;
        }));
        return command;
    }

    private static BookmarkList Read(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        if (stream.Length > MaxBytes)
        {
            throw new CommandFailure(
                $"'{SourceTree.Display(file.FullName)}' has more than the {MaxBytes / (1024 * 1024)} MB that are read. {Advice}");
        }

        BookmarkList bookmarks = BookmarkReader.Read(stream);
        return bookmarks is { Links.Count: 0, LeftOut.Count: 0 }
            ? throw new CommandFailure($"'{SourceTree.Display(file.FullName)}' has no bookmarks. {Advice}")
            : bookmarks;
    }

    private static string Advice =>
        "Give the HTML file that a browser writes when it exports its bookmarks: in Firefox Manage bookmarks, Import and Backup; in " +
        "Chrome the bookmark manager.";

    private static void SayLeftOut(BookmarkList bookmarks, CommandConsole messages)
    {
        if (bookmarks.LeftOut.Count > 0)
        {
            IEnumerable<string> kinds = bookmarks.LeftOut.Select(
                entry => entry.Key.Length == 0 ? $"{entry.Value} without an address" : $"{entry.Value} of {ShownText.OfLine(entry.Key)}:");
            messages.Line(
                $"{bookmarks.LeftOut.Values.Sum()} bookmarks are left out, because only http and https can be fetched: " +
                $"{string.Join(", ", kinds)}.");
        }
    }

    private static async Task WriteAsync(FileInfo file, string text, bool replaces, CancellationToken cancellationToken)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(file.FullName, replaces ? FileMode.Create : FileMode.CreateNew, FileAccess.Write);
        }
        catch (IOException) when (!replaces && File.Exists(file.FullName))
        {
            throw Exists(file);
        }

        await using (stream)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        }
    }

    private static CommandFailure Exists(FileInfo file) =>
        new($"'{SourceTree.Display(file.FullName)}' is there already. Choose another file, or pass --overwrite.");
}
