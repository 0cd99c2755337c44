namespace Pipeline.Contracts;

/// <summary>The response of <c>/api/compare</c>.</summary>
/// <param name="A">The first image.</param>
/// <param name="B">The second.</param>
/// <param name="Models">By the model's key, how alike the two images are.</param>
/// <param name="Took">Where the time went.</param>
public sealed record CompareResponse(ImageInfo A, ImageInfo B, IReadOnlyDictionary<string, ModelCosine> Models, CompareTimes Took);

/// <summary>How alike two images are to a model.</summary>
/// <param name="Weights">Untrained ones give random results.</param>
/// <param name="Fingerprint">What the embeddings were made with.</param>
/// <param name="Precision">What the weights are kept in.</param>
/// <param name="Layer">The output that was compared.</param>
/// <param name="Resampling">How the images were resized to the model's input size.</param>
/// <param name="Cosine">Cosine of the angle between the two vectors, -1 to 1.</param>
public sealed record ModelCosine(
    WeightsOrigin Weights, string Fingerprint, Precision Precision, string Layer, Resampling Resampling, float Cosine);

/// <summary>Milliseconds; decoding and embedding are 0 where stored embeddings were compared.</summary>
/// <param name="DecodeMs">Decoding and resizing both images.</param>
/// <param name="EmbedMs">Until the last model had finished.</param>
/// <param name="TotalMs">The whole request.</param>
public sealed record CompareTimes(double DecodeMs, double EmbedMs, double TotalMs);
