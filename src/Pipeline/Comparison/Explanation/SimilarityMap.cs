using System.Numerics.Tensors;
using Pipeline.Models;

namespace Pipeline.Comparison.Explanation;

/// <summary>Where in one image another one is found again: a cosine for each position of a block's output.</summary>
/// <remarks>
/// The cosine of the other image's averaged vector with the vector at a position, as in "Visualizing Deep Similarity Networks" (Stylianou,
/// Souvenir and Pless, WACV 2019), which carries class activation maps ("Learning Deep Features for Discriminative Localization", Zhou et
/// al., CVPR 2016) over from the weights of a class to a second image. There the vectors keep their lengths, so that the positions add up
/// to the similarity; here each has the length 1, so that a position's value does not depend on its contrast. Weighted by the lengths of
/// the positions' vectors, the mean of the map is the cosine of the two images times the length of this image's averaged vector.
/// </remarks>
/// <param name="Rows">Rows of the block's output; the first is the upper edge of the image.</param>
/// <param name="Columns">Columns of it.</param>
/// <param name="Values">
/// float[Rows * Columns], row by row, -1 to 1, and 0 to 1 after a ReLU; 0 where the vector of a position is zero, which has no direction.
/// </param>
internal sealed record SimilarityMap(int Rows, int Columns, ReadOnlyMemory<float> Values)
{
    /// <summary>The smallest value.</summary>
    public float Min => TensorPrimitives.Min(Values.Span);

    /// <summary>The largest value.</summary>
    public float Max => TensorPrimitives.Max(Values.Span);

    /// <summary>Compares each position of an image's maps with another image.</summary>
    /// <param name="maps">What a block made of the image.</param>
    /// <param name="other">float[channels], what the block made of the other one, averaged over its positions.</param>
    /// <exception cref="InvalidDataException">The other's vector, or that of a position, is not finite, or the other's is zero.</exception>
    public static SimilarityMap Of(FeatureMaps maps, ReadOnlySpan<float> other)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ReadOnlySpan<float> values = maps.Values.Span;
        int area = maps.Height * maps.Width;
        float[] cosines = new float[area];
        float[] vector = new float[maps.Channels];
        for (int position = 0; position < area; position++)
        {
            for (int channel = 0; channel < vector.Length; channel++)
            {
                vector[channel] = values[(channel * area) + position];
            }

            cosines[position] = vector.AsSpan().ContainsAnyExcept(0f) ? (float)VectorCosine.Between(vector, other) : 0;
        }

        return new SimilarityMap(maps.Height, maps.Width, cosines);
    }
}
