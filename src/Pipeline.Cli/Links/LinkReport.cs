using System.Globalization;
using Pipeline.Cli.Images;
using Pipeline.Cli.Terminal;
using Spectre.Console;
using Link = Pipeline.Contracts.Link;

namespace Pipeline.Cli.Links;

/// <summary>Shows links as a table, or as the app's JSON.</summary>
internal static class LinkReport
{
    public static void Show(IReadOnlyList<Link> links, bool isJson, CommandConsole console)
    {
        if (isJson)
        {
            console.Line(JsonReport.Write(new LinksResponse(links, null)));
            return;
        }

        if (links.Count == 0)
        {
            console.Line("There is no such link.");
            return;
        }

        Table table = new Table().AddColumns("id", "address", "kind", "state", "fetched (UTC)")
            .AddColumn(new TableColumn("cosine to version before").RightAligned()).AddColumn("tags");
        foreach (Link link in links)
        {
            table.AddRow(Cells.Of(
                link.Id,
                link.Url,
                link.Kind?.ToJsonName() ?? "",
                link.State.ToJsonName(),
                link.FetchedAt?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "",
                CosineOf(link),
                string.Join(", ", link.Tags)));
        }

        console.Write(table);
        foreach (Link link in links.Where(link => link.Reason is not null))
        {
            console.Line(ShownText.OfLine($"{link.Url}: {link.Reason}"));
        }
    }

    private static string CosineOf(Link link) => link.Versions is [.., { CosineToPrevious: { } cosine }]
        ? cosine.ToString("0.0000", CultureInfo.InvariantCulture)
        : "";
}
