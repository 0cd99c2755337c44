using System.Net.Http.Json;
using System.Runtime.CompilerServices;

namespace Pipeline.Client;

public sealed partial class PipelineClient
{
    /// <summary>Adds links: the app fetches each image, or a snapshot of each web page, and stores it.</summary>
    /// <param name="links">The links, at most 100.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The links as they wait for their turn.</returns>
    /// <exception cref="PipelineProblemException">An address or a tag is refused, or a page cannot be fetched by this app.</exception>
    public async Task<IReadOnlyList<Link>> AddLinksAsync(IReadOnlyList<NewLink> links, CancellationToken cancellationToken = default)
    {
        var body = JsonContent.Create(new LinksRequest(Links: links));
        HttpRequestMessage request = Request(HttpMethod.Post, "links", body, isRepeatable: false);
        return (await SendAsync<LinksResponse>(request, cancellationToken).ConfigureAwait(false)).Links;
    }

    /// <summary>The links, read page by page as they are asked for.</summary>
    /// <param name="state">Only links in this state; null for all.</param>
    /// <param name="tags">Only links that were added with all of these tags; null for all.</param>
    /// <param name="cancellationToken">Ends the calls early.</param>
    /// <exception cref="PipelineProblemException">A tag is refused.</exception>
    public async IAsyncEnumerable<Link> ListLinksAsync(
        LinkState? state = null,
        IReadOnlyList<string>? tags = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? token = null;
        do
        {
            string query = new QueryString()
                .With("state", state?.ToJsonName()).With("tag", tags ?? []).With("continue", token).ToString();
            LinksResponse page = await GetAsync<LinksResponse>($"links{query}", cancellationToken).ConfigureAwait(false);
            foreach (Link link in page.Links)
            {
                yield return link;
            }

            token = page.Continue;
        }
        while (token is not null);
    }

    /// <summary>A link, and what became of it.</summary>
    /// <param name="id">Its <see cref="Link.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">There is no such link.</exception>
    public Task<Link> GetLinkAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync<Link>(LinkPath(id), cancellationToken);

    /// <summary>Removes a link.</summary>
    /// <param name="id">Its <see cref="Link.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">There is no such link.</exception>
    public async Task DeleteLinkAsync(string id, CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = Request(HttpMethod.Delete, LinkPath(id));
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has a link fetched again; what has changed becomes a new version.</summary>
    /// <param name="id">Its <see cref="Link.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The link as it waits for its turn.</returns>
    /// <exception cref="PipelineProblemException">There is no such link.</exception>
    public Task<Link> RefreshLinkAsync(string id, CancellationToken cancellationToken = default) =>
        SendAsync<Link>(Request(HttpMethod.Post, $"{LinkPath(id)}/refresh", isRepeatable: false), cancellationToken);

    private static string LinkPath(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return id is "." or ".."
            ? throw new ArgumentException($"'{id}' is no link's id.", nameof(id))
            : $"links/{Uri.EscapeDataString(id)}";
    }
}
