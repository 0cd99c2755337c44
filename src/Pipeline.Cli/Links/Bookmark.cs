namespace Pipeline.Cli.Links;

/// <summary>A bookmark.</summary>
/// <param name="Url">The address, as it is written.</param>
/// <param name="Tags">The folders it lies in and its own tags, in the form in which the app stores tags.</param>
internal sealed record Bookmark(string Url, IReadOnlyList<string> Tags);

/// <summary>The bookmarks of a file.</summary>
/// <param name="Links">Those of images and web pages, each address once, in the order of the file.</param>
/// <param name="LeftOut">How many were left out, by their scheme, such as <c>javascript</c>; empty for what is no address.</param>
internal sealed record BookmarkList(IReadOnlyList<Bookmark> Links, IReadOnlyDictionary<string, int> LeftOut);
