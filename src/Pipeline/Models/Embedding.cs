using System.Numerics.Tensors;

namespace Pipeline.Models;

/// <summary>The embedding of an image.</summary>
/// <param name="Values">float[d], L2 norm 1; d is 4096 for VGG16's <c>fc2</c>, 2048 for ResNet50's <c>avg_pool</c>.</param>
/// <param name="Norm">The L2 norm before normalisation, above 0.</param>
internal readonly record struct Embedding(ReadOnlyMemory<float> Values, float Norm)
{
    /// <summary>Cosine of the angle between two embeddings by the same model: -1 to 1, where 1 is the same direction.</summary>
    /// <param name="first">float[d], L2 norm 1.</param>
    /// <param name="second">float[d], L2 norm 1.</param>
    /// <remarks>Both have norm 1, so the dot product is the cosine; rounding may push it past 1 by a few units in the last place.</remarks>
    public static float Cosine(ReadOnlySpan<float> first, ReadOnlySpan<float> second) =>
        Math.Clamp(TensorPrimitives.Dot(first, second), -1f, 1f);
}
