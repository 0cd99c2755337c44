namespace Pipeline.Search.Segments;

/// <summary>
/// Finds a place in sorted texts of one length near where the last one was found: steps that double, then halves (Bentley and Yao, "An almost
/// optimal algorithm for unbounded searching", Information Processing Letters 5, 1976).
/// </summary>
internal static class Gallop
{
    /// <summary>The first text from <paramref name="start"/> on that is this one or greater; their number where there is none.</summary>
    /// <param name="texts">The texts in ascending order, one behind the other.</param>
    /// <param name="length">Bytes of each.</param>
    /// <param name="text">What is looked for, at most so many bytes.</param>
    /// <param name="start">Where to begin; all before it are less.</param>
    public static int FirstFrom(ReadOnlySpan<byte> texts, int length, ReadOnlySpan<byte> text, int start)
    {
        int count = texts.Length / length;
        int low = start;
        int step = 1;
        while (low + step - 1 < count && IsLess(texts, length, low + step - 1, text))
        {
            low += step;
            step *= 2;
        }

        int high = Math.Min(count, low + step - 1);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = IsLess(texts, length, middle, text) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static bool IsLess(ReadOnlySpan<byte> texts, int length, int i, ReadOnlySpan<byte> text) =>
        texts.Slice(i * length, length).SequenceCompareTo(text) < 0;
}
