namespace Pipeline.Comparison;

/// <summary>Two pictures and how alike they are to each model.</summary>
/// <param name="A">The first picture.</param>
/// <param name="B">The second.</param>
/// <param name="Cosines">What each model says, in the catalogue's order.</param>
/// <param name="Decoding">Time spent decoding and resizing both; none where stored embeddings were compared.</param>
/// <param name="Embedding">Time until the last network was done; likewise.</param>
internal sealed record ComparedPair(
    ComparedPicture A, ComparedPicture B, IReadOnlyList<LayerCosine> Cosines, TimeSpan Decoding, TimeSpan Embedding);

/// <summary>One of a pair.</summary>
/// <param name="ContentHash">SHA-256 of the encoded bytes, 64 hexadecimal digits.</param>
/// <param name="Width">Width of the upright original, in pixels.</param>
/// <param name="Height">Height of the upright original, in pixels.</param>
internal sealed record ComparedPicture(string ContentHash, int Width, int Height);

/// <summary>One model's judgement of a pair.</summary>
/// <param name="Layer">What was compared.</param>
/// <param name="Cosine">Cosine of the angle between the two vectors, -1 to 1; 1 is the same direction.</param>
internal sealed record LayerCosine(ComparedLayer Layer, float Cosine)
{
    /// <summary>As the API and the command's JSON say it.</summary>
    public ModelCosine ToContract() => new(
        Layer.Model.Weights, Layer.Model.Fingerprint.ToString(), Layer.Model.Precision, Layer.Output, Layer.Resampling, Cosine);
}
