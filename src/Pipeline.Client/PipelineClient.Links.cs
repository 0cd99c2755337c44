using System.Net.Http.Json;
using System.Runtime.CompilerServices;

namespace Pipeline.Client;

public sealed partial class PipelineClient
{
    /// <summary>Adds an address whose image, or a snapshot of whose page, is stored as an image once it was fetched.</summary>
    /// <param name="url">http or https.</param>
    /// <param name="tags">Tags that the image gets; null for none.</param>
    /// <param name="kind">What is there, if that is known; null for either.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The link, which waits to be fetched; the one that is there, if the address was added before.</returns>
    /// <exception cref="PipelineProblemException">The address or a tag is refused, or a page is wanted and the app has no
    /// browser.</exception>
    public async Task<Link> AddLinkAsync(
        string url, IReadOnlyList<string>? tags = null, LinkKind? kind = null, CancellationToken cancellationToken = default) =>
        (await AddLinksAsync([new NewLink(url, tags, kind)], cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Adds several addresses. Where one is refused, none is added.</summary>
    /// <param name="links">1 to 100 of them.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The links, in the order of the addresses.</returns>
    /// <exception cref="PipelineProblemException">As of <see cref="AddLinkAsync"/>, or these are none or too many.</exception>
    public async Task<IReadOnlyList<Link>> AddLinksAsync(IReadOnlyList<NewLink> links, CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = Request(HttpMethod.Post, "links", JsonContent.Create(new LinksRequest(Links: links)));
        return (await SendAsync<LinksResponse>(request, cancellationToken).ConfigureAwait(false)).Links;
    }

    /// <summary>The links in the order of their ids, read page by page as they are asked for.</summary>
    /// <param name="filter">Which ones; null for all.</param>
    /// <param name="cancellationToken">Ends the calls early.</param>
    /// <exception cref="PipelineProblemException">The filter is refused.</exception>
    public async IAsyncEnumerable<Link> ListLinksAsync(
        LinkFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? token = null;
        do
        {
            LinksResponse page = await GetLinksAsync(filter, token, cancellationToken).ConfigureAwait(false);
            foreach (Link link in page.Links)
            {
                yield return link;
            }

            token = page.Continue;
        }
        while (token is not null);
    }

    /// <summary>One page of the links: up to 100.</summary>
    /// <param name="filter">Which ones; null for all.</param>
    /// <param name="continue">What the page before has as <see cref="LinksResponse.Continue"/>; null for the first page.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">The filter is refused.</exception>
    public Task<LinksResponse> GetLinksAsync(
        LinkFilter? filter = null, string? @continue = null, CancellationToken cancellationToken = default) =>
        GetAsync<LinksResponse>($"links{(filter ?? new LinkFilter()).Query(@continue)}", cancellationToken);

    /// <summary>A link, and what became of it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">There is no such link.</exception>
    public Task<Link> GetLinkAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync<Link>($"links/{Uri.EscapeDataString(id)}", cancellationToken);

    /// <summary>
    /// Fetches a link again. If something else is there by then, <see cref="Link.Versions"/> has a new version, and how similar it is to
    /// the one before.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The link, which waits to be fetched.</returns>
    /// <exception cref="PipelineProblemException">There is no such link.</exception>
    public Task<Link> RefreshLinkAsync(string id, CancellationToken cancellationToken = default) =>
        SendAsync<Link>(Request(HttpMethod.Post, $"links/{Uri.EscapeDataString(id)}/refresh"), cancellationToken);

    /// <summary>Removes a link and its image.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">There is no such link.</exception>
    public async Task DeleteLinkAsync(string id, CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = Request(HttpMethod.Delete, $"links/{Uri.EscapeDataString(id)}");
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
