using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>The response of <c>/api/explain</c>: where in each of two images the other one is found again.</summary>
/// <param name="Model">The key of the model.</param>
/// <param name="Weights">Untrained ones give random results.</param>
/// <param name="Fingerprint">What the model's embeddings are made with.</param>
/// <param name="Precision">What the weights are kept in.</param>
/// <param name="Layer">The output whose positions were compared: that of the model's last block.</param>
/// <param name="Method">What the other image was represented by.</param>
/// <param name="Cosine">Cosine of the two images' averaged vectors, -1 to 1.</param>
/// <param name="A">The first image.</param>
/// <param name="B">The second.</param>
/// <param name="Took">Where the time went.</param>
public sealed record ExplainResponse(
    string Model,
    WeightsOrigin Weights,
    string Fingerprint,
    Precision Precision,
    string Layer,
    ExplainMethod Method,
    float Cosine,
    ExplainedSide A,
    ExplainedSide B,
    ExplainTimes Took);

/// <summary>One of the two images, and where in it the other one is found again.</summary>
/// <param name="Image">The image.</param>
/// <param name="Rows">Rows of the grid, which covers the whole upright image: 7 for ResNets, 14 for VGG16.</param>
/// <param name="Columns">Columns of it, equally many.</param>
/// <param name="Grid">
/// float[Rows][Columns] from the upper left corner: the cosine of the other image's averaged vector with the vector at that position, 0 to
/// 1.
/// </param>
/// <param name="Min">The smallest value of the grid.</param>
/// <param name="Max">The largest value of it.</param>
public sealed record ExplainedSide(
    ImageInfo Image, int Rows, int Columns, IReadOnlyList<IReadOnlyList<float>> Grid, float Min, float Max);

/// <summary>What an image was represented by, when the positions of the other one were compared with it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExplainMethod>))]
public enum ExplainMethod
{
    /// <summary>Its embedding, which is the average of the layer over all positions; so the cosine is that of search.</summary>
    [JsonStringEnumMemberName("embedding")]
    Embedding,

    /// <summary>
    /// The average of the layer over all positions. The model's embedding comes from a later layer that has no positions, so the cosine is
    /// another one than that of search.
    /// </summary>
    [JsonStringEnumMemberName("block")]
    Block,
}

/// <summary>Milliseconds.</summary>
/// <param name="DecodeMs">Decoding and resizing both images.</param>
/// <param name="RunMs">Running the model on both, the wait for its turn included.</param>
/// <param name="TotalMs">The whole request.</param>
public sealed record ExplainTimes(double DecodeMs, double RunMs, double TotalMs);
