using System.Buffers;
using System.Numerics;
using Pipeline.Models;
using Pipeline.Search.Codes;
using Pipeline.Search.Segments;

namespace Pipeline.Search;

/// <summary>What a search found.</summary>
/// <param name="Nearest">The nearest images, nearest first.</param>
/// <param name="Spread">The spread of the cosines of all images that were searched.</param>
/// <param name="Images">How many these were, and the excluded one where it is there.</param>
internal sealed record ScanResult(Match[] Nearest, CosineSpread Spread, int Images);

/// <summary>
/// The nearest images of an index by their exact cosines. A small index is compared as it is; in a larger one the codes say which images
/// can be among the nearest, and only their vectors are read.
/// </summary>
internal static class SegmentSearch
{
    // Below this many multiplications, or bits of codes, a second thread costs more than it saves.
    private const long ParallelThreshold = 4_000_000;

    // Images that a thread takes at a time; a multiple of 64, because a filter's bits are read by words.
    private const int ChunkSize = 8192;

    /// <summary>Searches.</summary>
    /// <param name="snapshot">What is searched.</param>
    /// <param name="query">float[d], L2 norm 1.</param>
    /// <param name="top">How many at most, 1 or more. Of equal cosines the names that sort first (ordinal).</param>
    /// <param name="filter">Which images.</param>
    /// <param name="depth">
    /// If more than <paramref name="top"/>, so many are returned: the best <paramref name="top"/>, and behind them others that are near. Of
    /// those some may be missing in a large index, because to know them all would take thousands of vectors.
    /// </param>
    /// <param name="codedFrom">
    /// So many images have to pass the filter for codes to be read: of fewer all vectors are compared, which is as fast and knows their
    /// spread exactly.
    /// </param>
    /// <param name="after">Only results behind this; null for all. The spread is of all images that pass the filter, all the same.</param>
    public static ScanResult Search(
        IndexSnapshot snapshot,
        ReadOnlyMemory<float> query,
        int top,
        SearchFilter filter,
        int depth = 0,
        int codedFrom = IndexChanges.DefaultCodedFrom,
        SearchPosition? after = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        IReadOnlyList<Chunk> chunks = Divide(snapshot, filter);
        ScanResult found = snapshot.Coder is { } coder && chunks.Sum(chunk => chunk.CountSearched()) >= codedFrom
            ? ByCodes(snapshot, coder.Space, query, top, depth, chunks, after)
            : Exactly(snapshot, query, Math.Max(top, depth), chunks, after);
        return found with { Images = found.Images + snapshot.Segments.Count(filter.LeavesOutOf) };
    }

    private static List<Chunk> Divide(IndexSnapshot snapshot, SearchFilter filter)
    {
        var chunks = new List<Chunk>();
        int offset = 0;
        foreach (Segment segment in snapshot.Segments)
        {
            ReadOnlyMemory<ulong> searched = filter.Of(segment);
            for (int start = 0; start < segment.Count; start += ChunkSize)
            {
                int count = Math.Min(ChunkSize, segment.Count - start);
                chunks.Add(new Chunk(segment, start, count, offset + start, searched.Slice(start / 64, (count + 63) / 64)));
            }

            offset += segment.Count;
        }

        return chunks;
    }

    private static ScanResult Exactly(
        IndexSnapshot snapshot, ReadOnlyMemory<float> query, int top, IReadOnlyList<Chunk> chunks, SearchPosition? after)
    {
        VectorStore.Fetch(chunks.SelectMany(chunk => chunk.SearchedVectors()));
        var best = new TopMatches(top);
        CosineSums sums = default;
        Lock joining = new();
        ForEach(chunks, (long)snapshot.Count * query.Length, chunk =>
        {
            var own = new TopMatches(top);
            CosineSums ownSums = default;
            float[] buffer = new float[query.Length];
            for (int row = chunk.Start; row < chunk.Start + chunk.Count; row++)
            {
                if (!chunk.IsSearched(row))
                {
                    continue;
                }

                float cosine = Embedding.Cosine(query.Span, snapshot.Vectors.Read(chunk.Segment.Vectors[row], buffer));
                ownSums = ownSums.With(cosine);
                if (own.Takes(cosine) && after?.IsBefore(cosine, chunk.Segment.Images[row].Id.Name) != false)
                {
                    own.Add(new Match(chunk.Segment.Images[row], cosine));
                }
            }

            lock (joining)
            {
                sums += ownSums;
                foreach (Match match in own.Descending())
                {
                    best.Add(match);
                }
            }
        });
        return new ScanResult(best.Descending(), sums.Spread, sums.Count);
    }

    private static ScanResult ByCodes(
        IndexSnapshot snapshot,
        CodeSpace space,
        ReadOnlyMemory<float> query,
        int top,
        int depth,
        IReadOnlyList<Chunk> chunks,
        SearchPosition? after)
    {
        CodeQuery prepared = space.Prepare(query.Span);
        int count = chunks.Count == 0 ? 0 : chunks[^1].Offset + chunks[^1].Count;
        float[] limits = ArrayPool<float>.Shared.Rent(count);
        try
        {
            EstimateSums sums = default;
            Lock joining = new();
            ForEach(chunks, (long)count * space.Words * 64, chunk =>
            {
                EstimateSums own = CodeScan.UpperLimits(
                    prepared,
                    chunk.Segment.Codes.Span.Slice(chunk.Start * space.Words, chunk.Count * space.Words),
                    chunk.Segment.Scalars.Span.Slice(chunk.Start, chunk.Count),
                    chunk.Searched.Span,
                    limits.AsSpan(chunk.Offset, chunk.Count));
                lock (joining)
                {
                    sums += own;
                }
            });
            Candidate[] nearest = CandidateSelection.Nearest(
                limits.AsSpan(0, count), top, (indexes, cosines) => ReadCosines(snapshot, query, chunks, after, indexes, cosines), depth);

            // All that are as near as the last are there: of these the names decide.
            var best = new TopMatches(Math.Max(top, depth));
            foreach (Candidate candidate in nearest)
            {
                Chunk chunk = Find(chunks, candidate.Index);
                best.Add(new Match(chunk.Segment.Images[chunk.RowOf(candidate.Index)], candidate.Cosine));
            }

            return new ScanResult(best.Descending(), new CosineSpread(sums.Mean, sums.Deviation), sums.Count);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(limits);
        }
    }

    private static void ReadCosines(
        IndexSnapshot snapshot,
        ReadOnlyMemory<float> query,
        IReadOnlyList<Chunk> chunks,
        SearchPosition? after,
        ReadOnlySpan<int> indexes,
        Span<float> cosines)
    {
        int[] asked = indexes.ToArray();
        float[] found = new float[asked.Length];
        VectorStore.Fetch(asked.Select(index => Find(chunks, index)).Zip(asked, (chunk, index) => chunk.VectorOf(index)));
        Parallel.For(0, asked.Length, () => new float[query.Length], (i, _, buffer) =>
        {
            Chunk chunk = Find(chunks, asked[i]);
            float cosine = Embedding.Cosine(query.Span, snapshot.Vectors.Read(chunk.VectorOf(asked[i]), buffer));
            found[i] = after?.IsBefore(cosine, chunk.Segment.Images.NameAt(chunk.RowOf(asked[i]))) != false ? cosine : CodeScan.LeftOut;
            return buffer;
        }, _ => { });
        found.CopyTo(cosines);
    }

    private static Chunk Find(IReadOnlyList<Chunk> chunks, int index)
    {
        int low = 0;
        int high = chunks.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            (low, high) = chunks[middle].Offset <= index ? (middle, high) : (low, middle - 1);
        }

        return chunks[low];
    }

    private static void ForEach(IReadOnlyList<Chunk> chunks, long work, Action<Chunk> search)
    {
        if (work < ParallelThreshold)
        {
            foreach (Chunk chunk in chunks)
            {
                search(chunk);
            }
        }
        else
        {
            Parallel.ForEach(chunks, search);
        }
    }

    /// <summary>Some images of a segment.</summary>
    /// <param name="Segment">The segment.</param>
    /// <param name="Start">The first one's row.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Offset">Images of the index that lie before it.</param>
    /// <param name="Searched">Bit i % 64 of word i / 64 is 1 where the i-th of these images is searched.</param>
    private sealed record Chunk(Segment Segment, int Start, int Count, int Offset, ReadOnlyMemory<ulong> Searched)
    {
        public bool IsSearched(int row) => (Searched.Span[(row - Start) / 64] >> ((row - Start) % 64) & 1) != 0;

        public int CountSearched()
        {
            int count = 0;
            foreach (ulong word in Searched.Span)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }

        public int RowOf(int index) => index - Offset + Start;

        public StoredVector VectorOf(int index) => Segment.Vectors[RowOf(index)];

        public IEnumerable<StoredVector> SearchedVectors() =>
            Enumerable.Range(Start, Count).Where(IsSearched).Select(row => Segment.Vectors[row]);
    }
}
