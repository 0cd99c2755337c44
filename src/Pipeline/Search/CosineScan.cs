using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>Exact search: the cosine of the query with every stored embedding, and the best of them.</summary>
internal static class CosineScan
{
    // Below this many multiplications a second thread costs more than it saves.
    private const long ParallelThreshold = 4_000_000;

    /// <summary>The <paramref name="top"/> nearest records, nearest first; of equal cosines the name that sorts first (ordinal).</summary>
    /// <param name="records">What to search; all embeddings as long as the query, L2 norm 1.</param>
    /// <param name="query">float[d], L2 norm 1.</param>
    /// <param name="top">How many at most, 1 or more.</param>
    /// <param name="excludedKey">An image to leave out, or null.</param>
    public static Match[] Nearest(ReadOnlyMemory<EmbeddingRecord> records, ReadOnlyMemory<float> query, int top, string? excludedKey = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        int workers = (long)records.Length * query.Length < ParallelThreshold ? 1 : Math.Min(Environment.ProcessorCount, records.Length);
        if (workers == 1)
        {
            return Scan(records.Span, query.Span, top, excludedKey).Descending();
        }

        var parts = new TopMatches[workers];
        Parallel.For(0, workers, worker =>
        {
            int start = (int)((long)records.Length * worker / workers);
            int end = (int)((long)records.Length * (worker + 1) / workers);
            parts[worker] = Scan(records.Span[start..end], query.Span, top, excludedKey);
        });

        var best = new TopMatches(top);
        foreach (Match match in parts.SelectMany(part => part.Descending()))
        {
            best.Add(match);
        }

        return best.Descending();
    }

    private static TopMatches Scan(ReadOnlySpan<EmbeddingRecord> records, ReadOnlySpan<float> query, int top, string? excludedKey)
    {
        var best = new TopMatches(top);
        foreach (EmbeddingRecord record in records)
        {
            float cosine = Embedding.Cosine(query, record.Embedding.Values.Span);
            if (best.Takes(cosine) && record.Id.Key != excludedKey)
            {
                best.Add(new Match(record, cosine));
            }
        }

        return best;
    }
}
