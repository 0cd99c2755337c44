namespace Pipeline.Contracts;

/// <summary>The response of <c>/api/similar</c>.</summary>
/// <param name="Query">The image of the request.</param>
/// <param name="Models">By the model's key, its nearest images; with <c>continue</c> that of the one model whose list goes on.</param>
/// <param name="Fused">
/// One list of the models that vote, by the mean of their standardised cosines. It has no pages: with <c>continue</c> it is empty.
/// </param>
/// <param name="Took">Where the time went.</param>
public sealed record SimilarResponse(
    ImageInfo Query, IReadOnlyDictionary<string, ModelMatches> Models, IReadOnlyList<FusedImage> Fused, SimilarTimes Took);

/// <summary>One model's nearest images.</summary>
/// <param name="Weights">Untrained ones give random results.</param>
/// <param name="Fingerprint">What the embeddings were made with.</param>
/// <param name="Images">How many images were compared.</param>
/// <param name="Results">Nearest first.</param>
/// <param name="Continue">
/// What the query parameter <c>continue</c> takes for the next page of this list, the rest of the query being the same; null on the last one.
/// </param>
public sealed record ModelMatches(
    WeightsOrigin Weights, string Fingerprint, int Images, IReadOnlyList<SimilarImage> Results, string? Continue);

/// <summary>A stored image and how near it is to the query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Cosine">Cosine of the angle between the two embeddings, -1 to 1.</param>
/// <param name="Duplicate">Whether its bytes are those of the query.</param>
/// <param name="Tags">Its tags, in ordinal order.</param>
/// <param name="Url">
/// Where its bytes are: signed, at the storage account, for a quarter of an hour; or the app's own, beginning with <c>/api/content/</c>.
/// </param>
/// <param name="ThumbnailUrl">Where a small JPEG of it is, beginning with <c>/api/thumbnails/</c>.</param>
public sealed record SimilarImage(
    string Name, float Cosine, bool Duplicate, IReadOnlyList<string> Tags, string Url, string ThumbnailUrl);

/// <summary>A stored image in the list of all models together.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Score">
/// The mean over the models of how far its cosine is above that of all images, in standard deviations: for the order, no similarity.
/// </param>
/// <param name="Ranks">Its rank by each model, from 1.</param>
/// <param name="Duplicate">Whether its bytes are those of the query.</param>
/// <param name="Tags">Its tags, in ordinal order.</param>
/// <param name="Url">
/// Where its bytes are: signed, at the storage account, for a quarter of an hour; or the app's own, beginning with <c>/api/content/</c>.
/// </param>
/// <param name="ThumbnailUrl">Where a small JPEG of it is, beginning with <c>/api/thumbnails/</c>.</param>
public sealed record FusedImage(
    string Name,
    double Score,
    IReadOnlyDictionary<string, int> Ranks,
    bool Duplicate,
    IReadOnlyList<string> Tags,
    string Url,
    string ThumbnailUrl);

/// <summary>Milliseconds; decoding and embedding are 0 for a stored image.</summary>
/// <param name="DecodeMs">Decoding and resizing, the wait for the decoder included.</param>
/// <param name="EmbedMs">Until the last model had finished.</param>
/// <param name="SearchMs">Reading the index and comparing.</param>
/// <param name="TotalMs">The whole request.</param>
public sealed record SimilarTimes(double DecodeMs, double EmbedMs, double SearchMs, double TotalMs);
