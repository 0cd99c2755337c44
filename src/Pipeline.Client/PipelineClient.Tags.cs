using System.Net.Http.Json;

namespace Pipeline.Client;

public sealed partial class PipelineClient
{
    /// <summary>An image's tags.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The tags, normalised: trimmed, in lower case.</returns>
    /// <exception cref="PipelineProblemException">There is no such image.</exception>
    public async Task<IReadOnlyList<string>> GetTagsAsync(string name, CancellationToken cancellationToken = default) =>
        (await GetAsync<TagsResponse>(TagsOf(name), cancellationToken).ConfigureAwait(false)).Tags;

    /// <summary>Replaces an image's tags.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="tags">At most 50, each of 1 to 100 characters without commas and control characters.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The tags as they are now.</returns>
    /// <exception cref="PipelineProblemException">There is no such image, or a tag is refused.</exception>
    public async Task<IReadOnlyList<string>> SetTagsAsync(
        string name, IReadOnlyList<string> tags, CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = Request(HttpMethod.Put, TagsOf(name), JsonContent.Create(new TagsRequest(tags)));
        return (await SendAsync<TagsResponse>(request, cancellationToken).ConfigureAwait(false)).Tags;
    }

    /// <summary>Removes some of an image's tags, or all.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="tags">Those to remove; null for all. Those that the image does not have are passed over.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The tags that are left.</returns>
    /// <exception cref="PipelineProblemException">There is no such image, or a tag is refused.</exception>
    public async Task<IReadOnlyList<string>> RemoveTagsAsync(
        string name, IReadOnlyList<string>? tags = null, CancellationToken cancellationToken = default)
    {
        if (tags is { Count: 0 })
        {
            // Without a tag the request would remove all.
            return await GetTagsAsync(name, cancellationToken).ConfigureAwait(false);
        }

        HttpRequestMessage request = Request(HttpMethod.Delete, $"{TagsOf(name)}{new QueryString().With("tag", tags ?? [])}");
        return (await SendAsync<TagsResponse>(request, cancellationToken).ConfigureAwait(false)).Tags;
    }

    /// <summary>All tags, those of the most images first; at most 1000.</summary>
    /// <param name="prefix">Only tags that begin with this; null for all.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">The app responds with an error.</exception>
    public async Task<IReadOnlyList<TagCount>> ListTagsAsync(string? prefix = null, CancellationToken cancellationToken = default) =>
        (await GetAsync<TagCountsResponse>($"tags{new QueryString().With("prefix", prefix)}", cancellationToken).ConfigureAwait(false))
            .Tags;

    private static string TagsOf(string name) => $"images/{ApiAddress.PathOf(name)}/tags";
}
