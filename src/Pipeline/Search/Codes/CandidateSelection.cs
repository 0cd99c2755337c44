using System.Buffers;

namespace Pipeline.Search.Codes;

/// <summary>Exact cosines of the query with a few images.</summary>
/// <param name="indexes">Which images.</param>
/// <param name="cosines">
/// float[as many]: takes their cosines, or <see cref="CodeScan.LeftOut"/> for an image that turns out not to be searched.
/// </param>
internal delegate void ExactCosines(ReadOnlySpan<int> indexes, Span<float> cosines);

/// <summary>An image that was found.</summary>
/// <param name="Index">Its place among the upper limits.</param>
/// <param name="Cosine">Its exact cosine.</param>
internal readonly record struct Candidate(int Index, float Cosine);

/// <summary>
/// Finds the nearest images with as few exact cosines as the upper limits allow: none is left out unless its upper limit is below the exact
/// cosine of k others. So recall follows from the limits, and there is no number of candidates to choose.
/// </summary>
internal static class CandidateSelection
{
    private const int SmallestBatch = 16;

    // Enough for the caller to share among threads; more would often be read in vain.
    private const int LargestBatch = 256;

    /// <summary>
    /// The nearest images, nearest first, of equal ones the lower index first. All that are as near as the last of them are there, beyond
    /// <paramref name="top"/>, so that the caller decides between equal ones.
    /// </summary>
    /// <param name="upperLimits">float[n], as <see cref="CodeScan.UpperLimits"/> gives them, of any number of segments.</param>
    /// <param name="top">How many are asked for, 1 or more.</param>
    /// <param name="exact">
    /// Computes exact cosines, 16 to 256 images a call, or <paramref name="top"/> or <paramref name="depth"/> where that is more.
    /// </param>
    /// <param name="depth">
    /// If more than <paramref name="top"/>, so many are returned as long as there are any: behind the nearest those that are nearest of the
    /// others that were read, among them the images with the highest upper limits.
    /// </param>
    public static Candidate[] Nearest(ReadOnlySpan<float> upperLimits, int top, ExactCosines exact, int depth = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);

        // The most promising ones give a cosine that the others have to reach.
        int[] promising = Highest(upperLimits, Math.Max(Math.Max(top, depth), SmallestBatch));
        var best = new Best(top, depth);
        best.Add(promising, exact);

        // Where the limits tell little apart these are nearly all images, so the arrays are used again by the next query.
        float[] keys = ArrayPool<float>.Shared.Rent(upperLimits.Length);
        int[] rest = ArrayPool<int>.Shared.Rent(upperLimits.Length);
        try
        {
            int count = Reaching(upperLimits, best.Least, promising, keys, rest);
            int size = SmallestBatch;
            for (int start = 0; start < count && -keys[start] >= best.Least; start += size)
            {
                size = start == 0 ? size : Math.Min(2 * size, LargestBatch);
                best.Add(rest.AsSpan(start, Math.Min(size, count - start)), exact);
            }

            return best.Found();
        }
        finally
        {
            ArrayPool<float>.Shared.Return(keys);
            ArrayPool<int>.Shared.Return(rest);
        }
    }

    private static int[] Highest(ReadOnlySpan<float> upperLimits, int count)
    {
        var heap = new PriorityQueue<int, float>(count);
        for (int i = 0; i < upperLimits.Length; i++)
        {
            if (upperLimits[i] == CodeScan.LeftOut)
            {
                continue;
            }

            if (heap.Count < count)
            {
                heap.Enqueue(i, upperLimits[i]);
            }
            else if (heap.TryPeek(out _, out float lowest) && upperLimits[i] > lowest)
            {
                heap.DequeueEnqueue(i, upperLimits[i]);
            }
        }

        return [.. heap.UnorderedItems.Select(item => item.Element).Order()];
    }

    // Highest first; keys are negated upper limits, because arrays are sorted upwards.
    private static int Reaching(ReadOnlySpan<float> upperLimits, float least, int[] known, float[] keys, int[] indexes)
    {
        int count = 0;
        for (int i = 0; i < upperLimits.Length; i++)
        {
            if (upperLimits[i] >= least && upperLimits[i] != CodeScan.LeftOut && Array.BinarySearch(known, i) < 0)
            {
                keys[count] = -upperLimits[i];
                indexes[count++] = i;
            }
        }

        Array.Sort(keys, indexes, 0, count);
        return count;
    }

    private sealed class Best(int top, int depth)
    {
        private readonly PriorityQueue<float, float> _heap = new();
        private readonly List<Candidate> _candidates = [];

        /// <summary>The lowest cosine that is among the best so far.</summary>
        public float Least => _heap.Count == top ? _heap.Peek() : float.NegativeInfinity;

        public void Add(ReadOnlySpan<int> indexes, ExactCosines exact)
        {
            float[] cosines = new float[indexes.Length];
            exact(indexes, cosines);
            for (int i = 0; i < indexes.Length; i++)
            {
                float cosine = cosines[i];
                if (cosine == CodeScan.LeftOut || (cosine < Least && _candidates.Count >= depth))
                {
                    continue;
                }

                _candidates.Add(new Candidate(indexes[i], cosine));
                if (_heap.Count < top)
                {
                    _heap.Enqueue(cosine, cosine);
                }
                else
                {
                    _heap.EnqueueDequeue(cosine, cosine);
                }
            }
        }

        public Candidate[] Found() =>
        [
            .. _candidates.OrderByDescending(candidate => candidate.Cosine)
                .ThenBy(candidate => candidate.Index)
                .TakeWhile((candidate, place) => candidate.Cosine >= Least || place < depth),
        ];
    }
}
