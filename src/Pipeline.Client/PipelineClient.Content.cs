using System.Net;

namespace Pipeline.Client;

public sealed partial class PipelineClient
{
    /// <summary>The bytes of a stored image.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="knownETag">The <see cref="StoredContent.ETag"/> of bytes that the caller has; null if it has none.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The bytes, to be read and disposed of; null if they are those that the caller has.</returns>
    /// <exception cref="PipelineProblemException">There is no such image.</exception>
    public Task<StoredContent?> GetContentAsync(
        string name, string? knownETag = null, CancellationToken cancellationToken = default) =>
        OpenContentAsync($"content/{ApiAddress.PathOf(name)}", knownETag, cancellationToken);

    /// <summary>A small version of a stored image.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">The longer side in pixels, 256 or 512; 256 if null.</param>
    /// <param name="knownETag">The <see cref="StoredContent.ETag"/> of bytes that the caller has; null if it has none.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The bytes, to be read and disposed of; null if they are those that the caller has.</returns>
    /// <exception cref="PipelineProblemException">There is no such image, or it is not readable.</exception>
    public Task<StoredContent?> GetThumbnailAsync(
        string name, int? size = null, string? knownETag = null, CancellationToken cancellationToken = default) =>
        OpenContentAsync(
            $"thumbnails/{ApiAddress.PathOf(name)}{new QueryString().With("size", size)}", knownETag, cancellationToken);

    private async Task<StoredContent?> OpenContentAsync(string path, string? knownETag, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = Request(HttpMethod.Get, path);
        if (knownETag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", knownETag);
        }

        HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            response.Dispose();
            return null;
        }

        return new StoredContent(
            await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false),
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.ETag?.ToString());
    }
}
