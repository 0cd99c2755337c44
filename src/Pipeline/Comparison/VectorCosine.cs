namespace Pipeline.Comparison;

/// <summary>How alike two outputs of a network are.</summary>
internal static class VectorCosine
{
    /// <summary>
    /// Cosine of the angle between two vectors, -1 to 1. Summed up in double precision: where a network finds all pictures alike, what is
    /// left of 1 - cosine is smaller than float32 can tell.
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
                "A network gave an output without direction: all of it is zero, or some of it is not a number.");
    }
}
