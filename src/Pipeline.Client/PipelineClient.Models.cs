namespace Pipeline.Client;

public sealed partial class PipelineClient
{
    /// <summary>The most probable of ImageNet's 1000 classes for an image, by each model that has classes.</summary>
    /// <param name="image">Its bytes.</param>
    /// <param name="top">Classes per model, 1 to 100; 5 if null.</param>
    /// <param name="model">The key of one model; null for all.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">The image or a parameter is refused, or a model has no classes.</exception>
    public Task<PredictionsResponse> PredictAsync(
        Stream image, int? top = null, string? model = null, CancellationToken cancellationToken = default) =>
        SendAsync<PredictionsResponse>(PostImage($"predictions{PredictionsQuery(top, model)}", image), cancellationToken);

    /// <summary>The most probable classes of a stored image, by each model that has classes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="top">Classes per model, 1 to 100; 5 if null.</param>
    /// <param name="model">The key of one model; null for all.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">There is no such image, or a model has no classes.</exception>
    public Task<PredictionsResponse> PredictAsync(
        string name, int? top = null, string? model = null, CancellationToken cancellationToken = default) =>
        GetAsync<PredictionsResponse>($"predictions/{ApiAddress.PathOf(name)}{PredictionsQuery(top, model)}", cancellationToken);

    /// <summary>The feature maps of a model's blocks for an image, as a PNG.</summary>
    /// <param name="image">Its bytes.</param>
    /// <param name="options">Which ones; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The PNG, to be read and disposed of.</returns>
    /// <exception cref="PipelineProblemException">The image or an option is refused.</exception>
    public Task<Stream> DrawFeatureMapsAsync(
        Stream image, FeatureMapOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(PostImage($"feature-maps{options?.Query}", image), cancellationToken);

    /// <summary>The feature maps of a model's blocks for a stored image, as a PNG.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Which ones; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The PNG, to be read and disposed of.</returns>
    /// <exception cref="PipelineProblemException">There is no such image, or an option is refused.</exception>
    public Task<Stream> DrawFeatureMapsAsync(
        string name, FeatureMapOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(Request(HttpMethod.Get, $"feature-maps/{ApiAddress.PathOf(name)}{options?.Query}"), cancellationToken);

    /// <summary>The study on up to three images: classes, cosines, variants, distortions. It takes a quarter of a minute.</summary>
    /// <param name="images">The reference image, another object of the same kind, something different: one to three.</param>
    /// <param name="variants">Variants of the first image, 0 to 50; 10 if null.</param>
    /// <param name="seed">Which series of variants; 1 if null.</param>
    /// <param name="isReport">Whether to return a page for people (HTML), and not JSON.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The result, to be read and disposed of.</returns>
    /// <exception cref="PipelineProblemException">An image or a parameter is refused.</exception>
    public Task<Stream> RunStudyAsync(
        IReadOnlyList<Stream> images,
        int? variants = null,
        int? seed = null,
        bool isReport = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfZero(images.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(images.Count, 3);
        string query = new QueryString().With("n", variants).With("seed", seed).With("format", isReport ? "html" : "json").ToString();
        string[] fields = ["a", "b", "c"];
        return OpenAsync(PostForm($"study{query}", [.. fields.Zip(images)]), cancellationToken);
    }

    private static string PredictionsQuery(int? top, string? model) =>
        new QueryString().With("top", top).With("model", model).ToString();
}
