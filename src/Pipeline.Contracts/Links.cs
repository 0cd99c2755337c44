using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>The body of <c>POST /api/links</c>: one link, or up to 100 as <paramref name="Links"/>.</summary>
/// <param name="Url">The address of an image or of a web page, http or https.</param>
/// <param name="Tags">Tags that the image gets.</param>
/// <param name="Kind">What it is, if that is known: <c>page</c> is refused at once where no browser is configured.</param>
/// <param name="Links">Several links, instead of the others.</param>
public sealed record LinksRequest(
    string? Url = null, IReadOnlyList<string>? Tags = null, LinkKind? Kind = null, IReadOnlyList<NewLink>? Links = null);

/// <summary>A link to be added.</summary>
/// <param name="Url">The address of an image or of a web page, http or https.</param>
/// <param name="Tags">Tags that the image gets.</param>
/// <param name="Kind">What it is, if that is known.</param>
public sealed record NewLink(string Url, IReadOnlyList<string>? Tags = null, LinkKind? Kind = null);

/// <summary>Links; with <c>GET /api/links</c> a page of them.</summary>
/// <param name="Links">The links.</param>
/// <param name="Continue">What the query parameter <c>continue</c> takes for the next page; null on the last one.</param>
public sealed record LinksResponse(IReadOnlyList<Link> Links, string? Continue);

/// <summary>A link, and what became of it.</summary>
/// <param name="Id">32 hexadecimal digits, made of the address.</param>
/// <param name="Url">The address.</param>
/// <param name="Kind">What it led to; null until that is known.</param>
/// <param name="State">How far it is.</param>
/// <param name="Reason">Why it failed, or why it is tried again; else null.</param>
/// <param name="Title">The page's title; null for an image.</param>
/// <param name="ImageName">The name under which it is stored as an image; null until it is.</param>
/// <param name="Tags">The tags that were given with it. Those of the image may have changed since.</param>
/// <param name="AddedAt">When it was added.</param>
/// <param name="FetchedAt">When it was fetched last; null before.</param>
/// <param name="Versions">What was fetched, the last 20, oldest first; the same bytes again are no new version.</param>
/// <param name="Attempts">How often it was tried in vain since it was queued; it has failed after the fifth time.</param>
public sealed record Link(
    string Id,
    string Url,
    LinkKind? Kind,
    LinkState State,
    string? Reason,
    string? Title,
    string? ImageName,
    IReadOnlyList<string> Tags,
    DateTimeOffset AddedAt,
    DateTimeOffset? FetchedAt,
    IReadOnlyList<LinkVersion> Versions,
    int Attempts = 0);

/// <summary>What an address led to at one time.</summary>
/// <param name="At">When it was fetched.</param>
/// <param name="ContentHash">SHA-256 of its bytes, 64 hexadecimal digits.</param>
/// <param name="CosineToPrevious">
/// Cosine of its embedding with that of the version before, by the first model that votes, -1 to 1: how far a page has moved. Null for the
/// first version, and where the one before had not been embedded.
/// </param>
public sealed record LinkVersion(DateTimeOffset At, string ContentHash, float? CosineToPrevious);

/// <summary>What an address leads to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LinkKind>))]
public enum LinkKind
{
    /// <summary>An image.</summary>
    [JsonStringEnumMemberName("image")]
    Image,

    /// <summary>A web page, of which a snapshot is stored.</summary>
    [JsonStringEnumMemberName("page")]
    Page,
}

/// <summary>How far a link is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LinkState>))]
public enum LinkState
{
    /// <summary>It waits for its turn.</summary>
    [JsonStringEnumMemberName("queued")]
    Queued,

    /// <summary>It is being fetched.</summary>
    [JsonStringEnumMemberName("fetching")]
    Fetching,

    /// <summary>It is stored as an image.</summary>
    [JsonStringEnumMemberName("stored")]
    Stored,

    /// <summary>It could not be fetched.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}
