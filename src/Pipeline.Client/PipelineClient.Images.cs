using System.Runtime.CompilerServices;

namespace Pipeline.Client;

public sealed partial class PipelineClient
{
    /// <summary>The stored images in the order of their names, with their state by each model, read page by page as they are asked for.</summary>
    /// <param name="filter">Which ones; null for all.</param>
    /// <param name="cancellationToken">Ends the calls early.</param>
    /// <exception cref="PipelineProblemException">The filter is refused.</exception>
    public async IAsyncEnumerable<ListedImage> ListImagesAsync(
        ImageFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? token = null;
        do
        {
            ImagesResponse page = await GetImagesAsync(filter, token, cancellationToken).ConfigureAwait(false);
            foreach (ListedImage image in page.Images)
            {
                yield return image;
            }

            token = page.Continue;
        }
        while (token is not null);
    }

    /// <summary>One page of the stored images: up to 100.</summary>
    /// <param name="filter">Which ones; null for all.</param>
    /// <param name="continue">What the page before has as <see cref="ImagesResponse.Continue"/>; null for the first page.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">The filter is refused.</exception>
    public Task<ImagesResponse> GetImagesAsync(
        ImageFilter? filter = null, string? @continue = null, CancellationToken cancellationToken = default) =>
        GetAsync<ImagesResponse>($"images{(filter ?? new ImageFilter()).Query(@continue)}", cancellationToken);

    /// <summary>A stored image: its size, tags and state by each model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">There is no such image.</exception>
    public Task<ListedImage> GetImageAsync(string name, CancellationToken cancellationToken = default) =>
        GetAsync<ListedImage>($"images/{ApiAddress.PathOf(name)}", cancellationToken);

    /// <summary>Stores an image, which is then indexed by all models. It is checked before it is stored.</summary>
    /// <param name="name">Its name; may contain slashes.</param>
    /// <param name="image">Its bytes: JPEG, PNG, WebP, GIF, BMP or TIFF, up to 20 MB. It is sent as it is read, and stays open.</param>
    /// <param name="options">How it is stored; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">The image, its name or a tag is refused, or there is an image of that name.</exception>
    public Task<UploadResponse> UploadImageAsync(
        string name, Stream image, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new UploadOptions();
        var content = new ImageContent(image, options.ContentType);
        HttpRequestMessage request = Request(
            HttpMethod.Put,
            $"images/{ApiAddress.PathOf(name)}{new QueryString().With("tag", options.Tags)}",
            content,
            content.IsRepeatable);
        if (!options.IsReplacing)
        {
            request.Headers.Add("If-None-Match", "*");
        }

        return SendAsync<UploadResponse>(request, cancellationToken);
    }

    /// <summary>Deletes a stored image; its embeddings follow soon.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">There is no such image.</exception>
    public async Task DeleteImageAsync(string name, CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = Request(HttpMethod.Delete, $"images/{ApiAddress.PathOf(name)}");
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
