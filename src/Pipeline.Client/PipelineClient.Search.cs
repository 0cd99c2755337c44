using System.Runtime.CompilerServices;

namespace Pipeline.Client;

public sealed partial class PipelineClient
{
    /// <summary>The stored images most similar to one that is sent.</summary>
    /// <param name="image">Its bytes: JPEG, PNG, WebP, GIF, BMP or TIFF, up to 20 MB. It is sent as it is read, and stays open.</param>
    /// <param name="options">What to search for; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">The image or an option is refused.</exception>
    public Task<SimilarResponse> FindSimilarAsync(
        Stream image, SimilarOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync<SimilarResponse>(PostImage($"similar{options?.Query}", image), cancellationToken);

    /// <summary>The stored images most similar to a stored one; no model runs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">What to search for; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">There is no such image, it is not indexed yet, or an option is refused.</exception>
    public Task<SimilarResponse> FindSimilarAsync(
        string name, SimilarOptions? options = null, CancellationToken cancellationToken = default) =>
        GetAsync<SimilarResponse>($"similar/{ApiAddress.PathOf(name)}{options?.Query}", cancellationToken);

    /// <summary>All stored images by one model, most similar first, read page by page as they are asked for.</summary>
    /// <param name="name">The name of the stored image to compare with.</param>
    /// <param name="model">The key of the model.</param>
    /// <param name="options">What to search for; null for the defaults. <see cref="SimilarOptions.Top"/> is the length of a page.</param>
    /// <param name="cancellationToken">Ends the calls early.</param>
    /// <exception cref="PipelineProblemException">There is no such image or model, or the image is not indexed by it.</exception>
    public async IAsyncEnumerable<SimilarImage> ListSimilarAsync(
        string name,
        string model,
        SimilarOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        SimilarOptions page = (options ?? new SimilarOptions()) with { Model = model };
        do
        {
            SimilarResponse response = await FindSimilarAsync(name, page, cancellationToken).ConfigureAwait(false);
            ModelMatches matches = response.Models.First().Value;
            foreach (SimilarImage image in matches.Results)
            {
                yield return image;
            }

            page = page with { Continue = matches.Continue };
        }
        while (page.Continue is not null);
    }

    /// <summary>How similar two images are by each model.</summary>
    /// <param name="a">The first image's bytes.</param>
    /// <param name="b">The second's.</param>
    /// <param name="layers">
    /// <c>MODEL:LAYER</c>, separated by commas, to compare as the study did; null for the layers of search.
    /// </param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">An image or a layer is refused.</exception>
    public Task<CompareResponse> CompareAsync(
        Stream a, Stream b, string? layers = null, CancellationToken cancellationToken = default) =>
        SendAsync<CompareResponse>(PostForm(CompareQuery(layers, "json"), ("a", a), ("b", b)), cancellationToken);

    /// <summary>How similar two stored images are by each model.</summary>
    /// <param name="a">The first image's name.</param>
    /// <param name="b">The second's.</param>
    /// <param name="layers">As for two images that are sent.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">There is no such image, or a layer is refused.</exception>
    public Task<CompareResponse> CompareAsync(
        string a, string b, string? layers = null, CancellationToken cancellationToken = default) =>
        GetAsync<CompareResponse>(CompareQuery(layers, "json", a, b), cancellationToken);

    /// <summary>Both images side by side with the cosines, as a PNG.</summary>
    /// <inheritdoc cref="CompareAsync(Stream, Stream, string?, CancellationToken)"/>
    /// <returns>The PNG, to be read and disposed of.</returns>
    public Task<Stream> DrawComparisonAsync(
        Stream a, Stream b, string? layers = null, CancellationToken cancellationToken = default) =>
        OpenAsync(PostForm(CompareQuery(layers, "png"), ("a", a), ("b", b)), cancellationToken);

    /// <summary>Two stored images side by side with the cosines, as a PNG.</summary>
    /// <inheritdoc cref="CompareAsync(string, string, string?, CancellationToken)"/>
    /// <returns>The PNG, to be read and disposed of.</returns>
    public Task<Stream> DrawComparisonAsync(
        string a, string b, string? layers = null, CancellationToken cancellationToken = default) =>
        OpenAsync(Request(HttpMethod.Get, CompareQuery(layers, "png", a, b)), cancellationToken);

    private static string CompareQuery(string? layers, string format, string? a = null, string? b = null) =>
        $"compare{new QueryString().With("a", a).With("b", b).With("layers", layers).With("format", format)}";

    private HttpRequestMessage PostImage(string path, Stream image)
    {
        var content = new ImageContent(image);
        return Request(HttpMethod.Post, path, content, content.IsRepeatable);
    }

    private HttpRequestMessage PostForm(string path, params (string Field, Stream Image)[] images)
    {
        var form = new MultipartFormDataContent();
        foreach ((string field, Stream image) in images)
        {
            form.Add(new ImageContent(image), field, field);
        }

        return Request(HttpMethod.Post, path, form, Array.TrueForAll(images, image => image.Image.CanSeek));
    }

    /// <summary>The body of a response, which is read as it arrives; disposing of it ends the response.</summary>
    private async Task<Stream> OpenAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }
}
