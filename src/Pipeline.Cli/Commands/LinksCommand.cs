using System.CommandLine;
using Pipeline.Cli.Connection;
using Pipeline.Cli.Links;
using Pipeline.Cli.Terminal;
using Pipeline.Client;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline links</c>: images and snapshots of web pages by their addresses.</summary>
internal static class LinksCommand
{
    private const int SomeFailed = 1;

    public static Command Create(SourceTree tree, CommandConsole console) =>
        new("links", "Stores images, and snapshots of web pages, by their addresses.")
        {
            CreateAdd(tree, console),
            CreateList(tree, console),
            CreateRefresh(tree, console),
            CreateRemove(tree, console),
            BookmarksCommands.CreateImport(tree, console),
            BookmarksCommands.CreateExport(tree, console),
        };

    private static Command CreateAdd(SourceTree tree, CommandConsole console)
    {
        var urls = new Argument<string[]>("URL")
        {
            Description = "Addresses of images or web pages, http or https.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string[]> tags = FilterOptions.Tags("Give the images this tag; repeat it for several.");
        var kind = new Option<LinkKind?>("--kind")
        {
            Description = "page: refuse it at once if the app has no browser for snapshots. Default: whatever is there.",
        };
        kind.AcceptOnlyFromAmong([.. Enum.GetValues<LinkKind>().Select(known => known.ToJsonName())]);
        Option<bool> wait = Wait();
        Option<bool> json = FilterOptions.Json();
        var command = new Command("add", "Adds addresses, which the app fetches in the background. Ends with 1 if some were refused.")
        {
            urls, tags, kind, wait, json,
        };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            string[] given = parsed.GetValue(tags) ?? [];
            LinkKind? expected = parsed.GetValue(kind);
            return await AddAsync(
                client,
                [.. parsed.GetRequiredValue(urls).Select(url => new NewLink(url, given, expected))],
                parsed.GetValue(wait),
                parsed.GetValue(json),
                console,
                stop);
        }));
        return command;
    }

    /// <summary>Adds links, waits if that is wanted, and shows what became of them.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> AddAsync(
        PipelineClient client,
        IReadOnlyList<NewLink> links,
        bool waits,
        bool isJson,
        CommandConsole console,
        CancellationToken cancellationToken)
    {
        CommandConsole messages = isJson ? console.OnError() : console;
        var imported = new ImportedLinks([], []);
        await messages.StageAsync(
            links.Count == 1 ? "Adding the link" : $"Adding {links.Count} links",
            async progress => imported = await LinkImport.RunAsync(client, links, progress, cancellationToken));
        IReadOnlyList<Link> added = waits ? await WaitAsync(client, imported.Added, messages, cancellationToken) : imported.Added;
        if (added.Count > 0 || isJson)
        {
            LinkReport.Show(added, isJson, console);
        }

        foreach (RefusedLink refused in imported.Refused)
        {
            messages.Error(ShownText.OfLine($"'{refused.Url}': {refused.Reason}"));
        }

        return imported.Refused.Count > 0 || (waits && added.Any(link => link.State == LinkState.Failed)) ? SomeFailed : 0;
    }

    private static Command CreateList(SourceTree tree, CommandConsole console)
    {
        var state = new Option<LinkState?>("--state") { Description = "Only links in this state." };
        state.AcceptOnlyFromAmong([.. Enum.GetValues<LinkState>().Select(known => known.ToJsonName())]);
        Option<string[]> tags = FilterOptions.Tags("Only links that were given this tag; with several, all of them.");
        Option<bool> json = FilterOptions.Json();
        var command = new Command("list", "Lists the links, their state, and why one failed.") { state, tags, json };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            bool isJson = parsed.GetValue(json);
            List<Link> links = await ReadAsync(
                client, parsed.GetValue(state), parsed.GetValue(tags) ?? [], isJson ? console.OnError() : console, stop);
            LinkReport.Show(links, isJson, console);
            return 0;
        }));
        return command;
    }

    /// <summary>Reads all links that fit.</summary>
    public static async Task<List<Link>> ReadAsync(
        PipelineClient client, LinkState? state, string[] tags, CommandConsole messages, CancellationToken cancellationToken)
    {
        List<Link> links = [];
        await messages.StageAsync("Reading the list of links", async progress =>
        {
            await foreach (Link link in client.ListLinksAsync(state, tags, cancellationToken))
            {
                links.Add(link);
                progress.Report(new StageProgress(0, $"{links.Count} so far"));
            }
        });
        return links;
    }

    private static Command CreateRefresh(SourceTree tree, CommandConsole console)
    {
        Argument<string[]> names = Names();
        Option<bool> wait = Wait();
        Option<bool> json = FilterOptions.Json();
        var command = new Command("refresh", "Fetches links again; with --wait it says how similar each is to the version before.")
        {
            names, wait, json,
        };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            bool isJson = parsed.GetValue(json);
            string[] ids = [.. parsed.GetRequiredValue(names).Select(LinkName.IdOf)];
            List<Link> queued = [];
            foreach (string id in ids)
            {
                queued.Add(await client.RefreshLinkAsync(id, stop));
            }

            IReadOnlyList<Link> links = parsed.GetValue(wait)
                ? await WaitAsync(client, queued, isJson ? console.OnError() : console, stop)
                : queued;
            LinkReport.Show(links, isJson, console);
            return parsed.GetValue(wait) && links.Any(link => link.State == LinkState.Failed) ? SomeFailed : 0;
        }));
        return command;
    }

    private static Command CreateRemove(SourceTree tree, CommandConsole console)
    {
        Argument<string[]> names = Names();
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var command = new Command("remove", "Removes links and their images for good, after a question.") { names, yes };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            string[] given = parsed.GetRequiredValue(names);
            string[] ids = [.. given.Select(LinkName.IdOf)];
            if (!parsed.GetValue(yes))
            {
                if (!console.CanAsk)
                {
                    throw new CommandFailure("Nobody can be asked here before the links are removed. Pass --yes in a script.");
                }

                string what = given.Length == 1
                    ? $"'{ShownText.OfLine(given[0])}' and its image"
                    : $"these {given.Length} links and their images";
                if (!await console.AskAsync($"Remove {what} for good?", stop, defaultAnswer: false))
                {
                    console.Line("Nothing was removed.");
                    return 0;
                }
            }

            foreach ((string name, string id) in given.Zip(ids))
            {
                await client.DeleteLinkAsync(id, stop);
                console.Line($"Removed '{ShownText.OfLine(name)}'.");
            }

            return 0;
        }));
        return command;
    }

    private static async Task<IReadOnlyList<Link>> WaitAsync(
        PipelineClient client, IReadOnlyList<Link> links, CommandConsole messages, CancellationToken cancellationToken)
    {
        IReadOnlyList<Link> done = [];
        await messages.StageAsync(
            links.Count == 1 ? "Waiting until the link is fetched" : $"Waiting until {links.Count} links are fetched",
            async progress => done = await LinkWait.RunAsync(client, links, progress, cancellationToken));
        return done;
    }

    private static Argument<string[]> Names() => new("LINK")
    {
        Description = "Links by their addresses, or by their ids.",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>The option <c>--wait</c>.</summary>
    public static Option<bool> Wait() => new("--wait")
    {
        Description = "Wait until they are fetched, and end with 1 if some could not be. Default: the app goes on in the background.",
    };
}
