using System.Globalization;
using System.Net;
using System.Text;

namespace Pipeline.Cli.Links;

/// <summary>
/// Writes a bookmarks file (NETSCAPE-Bookmark-file-1) that browsers import: each link once, in the folder of its first tag, with all of its
/// tags in the attribute <c>TAGS</c>, which Firefox and <see cref="BookmarkReader"/> read.
/// </summary>
internal static class BookmarkWriter
{
    /// <summary>The file's text, to be written in UTF-8.</summary>
    public static string Write(IEnumerable<Link> links)
    {
        var text = new StringBuilder();
        text.Append(
            """
            <!DOCTYPE NETSCAPE-Bookmark-file-1>
            <META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
            <TITLE>Bookmarks</TITLE>
            <H1>Bookmarks</H1>
            <DL><p>

            """);
        foreach (IGrouping<string, Link> folder in links
            .GroupBy(link => link.Tags is [var first, ..] ? first : "").OrderBy(folder => folder.Key, StringComparer.Ordinal))
        {
            if (folder.Key.Length == 0)
            {
                Append(text, folder, "    ");
                continue;
            }

            text.Append(CultureInfo.InvariantCulture, $"    <DT><H3>{Encoded(folder.Key)}</H3>\n    <DL><p>\n");
            Append(text, folder, "        ");
            text.Append("    </DL><p>\n");
        }

        return text.Append("</DL><p>\n").ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<Link> links, string indent)
    {
        foreach (Link link in links.OrderBy(link => link.AddedAt).ThenBy(link => link.Id, StringComparer.Ordinal))
        {
            string tags = link.Tags.Count == 0 ? "" : $" TAGS=\"{Encoded(string.Join(',', link.Tags))}\"";
            text.Append(
                CultureInfo.InvariantCulture,
                $"{indent}<DT><A HREF=\"{Encoded(link.Url)}\" ADD_DATE=\"{link.AddedAt.ToUnixTimeSeconds()}\"{tags}>" +
                $"{Encoded(link.Title ?? link.Url)}</A>\n");
        }
    }

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);
}
