using Pipeline.Models;

namespace Pipeline.Comparison.Explanation;

/// <summary>Two images, and where in each of them the other one is found again by a model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Layer">The output whose positions were compared, such as <c>conv5_block3_out</c>.</param>
/// <param name="Method">What the other image was represented by.</param>
/// <param name="Cosine">Cosine of the two images' averaged vectors, -1 to 1.</param>
/// <param name="A">The first image.</param>
/// <param name="B">The second.</param>
/// <param name="Decoding">Time to decode and resize both.</param>
/// <param name="Running">Time that the model took, the wait for its turn included.</param>
internal sealed record ExplainedPair(
    InstalledModel Model,
    string Layer,
    ExplainMethod Method,
    float Cosine,
    ExplainedImage A,
    ExplainedImage B,
    TimeSpan Decoding,
    TimeSpan Running)
{
    /// <summary>The smallest value of both maps, where the colours of a drawing begin.</summary>
    public float Min => Math.Min(A.Map.Min, B.Map.Min);

    /// <summary>The largest value of both maps, where they end.</summary>
    public float Max => Math.Max(A.Map.Max, B.Map.Max);
}

/// <summary>One of a pair.</summary>
/// <param name="Image">The image.</param>
/// <param name="Map">Where in it the other one is found again.</param>
internal sealed record ExplainedImage(ComparedImage Image, SimilarityMap Map);
