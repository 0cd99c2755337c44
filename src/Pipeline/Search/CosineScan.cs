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
    public static Match[] Nearest(
        ReadOnlyMemory<EmbeddingRecord> records, ReadOnlyMemory<float> query, int top, string? excludedKey = null) =>
        Search(records, query, top, excludedKey).Nearest;

    /// <summary>The nearest records, and how the cosines of all records are spread.</summary>
    /// <inheritdoc cref="Nearest"/>
    public static ScanResult Search(
        ReadOnlyMemory<EmbeddingRecord> records, ReadOnlyMemory<float> query, int top, string? excludedKey = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        int workers = (long)records.Length * query.Length < ParallelThreshold ? 1 : Math.Min(Environment.ProcessorCount, records.Length);
        if (workers == 1)
        {
            (TopMatches all, CosineSums sums) = Scan(records.Span, query.Span, top, excludedKey);
            return new ScanResult(all.Descending(), sums.Spread);
        }

        var parts = new (TopMatches Best, CosineSums Sums)[workers];
        Parallel.For(0, workers, worker =>
        {
            int start = (int)((long)records.Length * worker / workers);
            int end = (int)((long)records.Length * (worker + 1) / workers);
            parts[worker] = Scan(records.Span[start..end], query.Span, top, excludedKey);
        });

        var best = new TopMatches(top);
        foreach (Match match in parts.SelectMany(part => part.Best.Descending()))
        {
            best.Add(match);
        }

        return new ScanResult(best.Descending(), parts.Aggregate(default(CosineSums), (sum, part) => sum + part.Sums).Spread);
    }

    private static (TopMatches Best, CosineSums Sums) Scan(
        ReadOnlySpan<EmbeddingRecord> records, ReadOnlySpan<float> query, int top, string? excludedKey)
    {
        var best = new TopMatches(top);
        CosineSums sums = default;
        foreach (EmbeddingRecord record in records)
        {
            if (excludedKey is not null && record.Id.Key == excludedKey)
            {
                continue;
            }

            float cosine = Embedding.Cosine(query, record.Embedding.Values.Span);
            sums = sums.With(cosine);
            if (best.Takes(cosine))
            {
                best.Add(new Match(record, cosine));
            }
        }

        return (best, sums);
    }
}

/// <summary>What a scan found.</summary>
/// <param name="Nearest">The nearest records, nearest first.</param>
/// <param name="Spread">The spread of the cosines of all records.</param>
internal sealed record ScanResult(Match[] Nearest, CosineSpread Spread);
