namespace Pipeline.Comparison;

/// <summary>Compares two outputs of a model.</summary>
internal static class VectorCosine
{
    /// <summary>
    /// Cosine of the angle between two vectors, -1 to 1. Summed in double precision: where a model finds all images alike,
    /// 1 - cosine is too small for float32.
    /// </summary>
    /// <param name="first">float[d].</param>
    /// <param name="second">float[d].</param>
    /// <exception cref="InvalidDataException">One has no direction: every value is zero, or one is not finite.</exception>
    public static double Between(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, first.Length, nameof(second));
        (double dot, double firstSquares, double secondSquares) = (0, 0, 0);
        for (int i = 0; i < first.Length; i++)
        {
            dot += (double)first[i] * second[i];
            firstSquares += (double)first[i] * first[i];
            secondSquares += (double)second[i] * second[i];
        }

        double norms = Math.Sqrt(firstSquares) * Math.Sqrt(secondSquares);
        return norms > 0 && double.IsFinite(norms) && double.IsFinite(dot)
            ? Math.Clamp(dot / norms, -1, 1)
            : throw new InvalidDataException(
                "A model gave an output without direction: all values are zero, or one is not finite.");
    }
}
