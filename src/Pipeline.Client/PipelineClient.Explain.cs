namespace Pipeline.Client;

public sealed partial class PipelineClient
{
    /// <summary>Where the similarity of two stored images comes from: for each, how similar its parts are to the other image.</summary>
    /// <param name="a">The first image's name.</param>
    /// <param name="b">The second's.</param>
    /// <param name="model">The key of the model; null for the first that votes.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">There is no such image, or the model cannot explain.</exception>
    public Task<ExplainResponse> ExplainAsync(
        string a, string b, string? model = null, CancellationToken cancellationToken = default) =>
        GetAsync<ExplainResponse>(ExplainQuery(a, b, model, "json"), cancellationToken);

    /// <summary>Where the similarity of two stored images comes from, drawn over the images, as a PNG.</summary>
    /// <param name="a">The first image's name.</param>
    /// <param name="b">The second's.</param>
    /// <param name="model">The key of the model; null for the first that votes.</param>
    /// <param name="side"><c>a</c> or <c>b</c> for one of the images; null for both side by side.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The PNG, to be read and disposed of.</returns>
    /// <exception cref="PipelineProblemException">There is no such image, or the model cannot explain.</exception>
    public Task<Stream> DrawExplanationAsync(
        string a, string b, string? model = null, string? side = null, CancellationToken cancellationToken = default) =>
        OpenAsync(Request(HttpMethod.Get, ExplainQuery(a, b, model, "png", side)), cancellationToken);

    private static string ExplainQuery(string a, string b, string? model, string format, string? side = null) =>
        $"explain{new QueryString().With("a", a).With("b", b).With("model", model).With("format", format).With("side", side)}";
}
