namespace Pipeline.Comparison;

/// <summary>Two images and how alike they are to each model.</summary>
/// <param name="A">The first image.</param>
/// <param name="B">The second.</param>
/// <param name="Cosines">The cosine of each model, in the catalogue's order.</param>
/// <param name="Decoding">Time to decode and resize both; zero if stored embeddings were compared.</param>
/// <param name="Embedding">Time until the last model had finished; zero likewise.</param>
internal sealed record ComparedPair(
    ComparedImage A, ComparedImage B, IReadOnlyList<LayerCosine> Cosines, TimeSpan Decoding, TimeSpan Embedding);

/// <summary>One of a pair.</summary>
/// <param name="ContentHash">SHA-256 of the encoded bytes, 64 hexadecimal digits.</param>
/// <param name="Width">Width of the upright original, in pixels.</param>
/// <param name="Height">Height of the upright original, in pixels.</param>
internal sealed record ComparedImage(string ContentHash, int Width, int Height);

/// <summary>The result of one model for a pair.</summary>
/// <param name="Layer">The layer that was compared.</param>
/// <param name="Cosine">Cosine of the angle between the two vectors, -1 to 1; 1 is the same direction.</param>
internal sealed record LayerCosine(ComparedLayer Layer, float Cosine)
{
    /// <summary>The form of the API and of the command's JSON.</summary>
    public ModelCosine ToContract() => new(
        Layer.Model.Weights, Layer.Model.Fingerprint.ToString(), Layer.Model.Precision, Layer.Output, Layer.Resampling, Cosine);
}
