using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Pipeline.Storage.Tags;

namespace Pipeline.Cli.Links;

/// <summary>
/// Reads the bookmarks file that browsers export (NETSCAPE-Bookmark-file-1): HTML in which a heading <c>H3</c> names the folder of the list
/// <c>DL</c> behind it. Its tags are rarely closed, so it is parsed as browsers parse HTML; whatever else it holds is passed over.
/// </summary>
internal static class BookmarkReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="file">Its bytes, in UTF-8 or in the encoding that it names.</param>
    public static BookmarkList Read(Stream file)
    {
        using IHtmlDocument document = new HtmlParser().ParseDocument(file);
        var tags = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var order = new List<string>();
        var leftOut = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach ((IElement bookmark, IReadOnlyList<string> folders) in Walk(document))
        {
            string url = (bookmark.GetAttribute("href") ?? "").Trim();
            if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            {
                string scheme = address is { IsFile: false } or { OriginalString: ['f', 'i', 'l', 'e', ':', ..] } ? address.Scheme : "";
                leftOut[scheme] = leftOut.GetValueOrDefault(scheme) + 1;
                continue;
            }

            if (!tags.TryGetValue(url, out HashSet<string>? known))
            {
                tags[url] = known = new HashSet<string>(StringComparer.Ordinal);
                order.Add(url);
            }

            known.UnionWith(folders);
            known.UnionWith((bookmark.GetAttribute("tags") ?? "").Split(',').Select(BookmarkTag.Of).OfType<string>());
        }

        return new BookmarkList(
            [.. order.Select(url => new Bookmark(url, [.. tags[url].Order(StringComparer.Ordinal).Take(TagList.MaxCount)]))], leftOut);
    }

    /// <summary>The bookmarks with the tags of their folders. Without recursion, for a file may be nested as deep as it is long.</summary>
    private static IEnumerable<(IElement Bookmark, IReadOnlyList<string> Folders)> Walk(INode root)
    {
        var lists = new Stack<(INode List, string? Folder)>();
        string? heading = null;
        for (INode? node = root; node is not null; node = Next(node, root, lists))
        {
            switch (node)
            {
                case IElement { LocalName: "h3" } h3:
                    // The bookmarks bar is where a browser shows them, and says nothing about them.
                    heading = h3.HasAttribute("personal_toolbar_folder") ? null : BookmarkTag.Of(h3.TextContent);
                    break;
                case IElement { LocalName: "dl" } list:
                    lists.Push((list, heading));
                    heading = null;
                    break;
                case IElement { LocalName: "a" } bookmark when bookmark.HasAttribute("href"):
                    yield return (bookmark, [.. lists.Select(list => list.Folder).OfType<string>()]);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The node behind this one in the order of the file; leaves the lists that end before it.</summary>
    private static INode? Next(INode node, INode root, Stack<(INode List, string? Folder)> lists)
    {
        if (node.FirstChild is { } child)
        {
            return child;
        }

        for (INode? at = node; at is not null && at != root; at = at.Parent)
        {
            if (lists.TryPeek(out (INode List, string? Folder) open) && open.List == at)
            {
                lists.Pop();
            }

            if (at.NextSibling is { } next)
            {
                return next;
            }
        }

        return null;
    }
}
