using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Duplicates;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>How long all pairs of an index take to be compared, and what it takes of memory, at the lengths of two models.</summary>
internal static class DuplicatesRun
{
    // Every twentieth image is another one, little changed.
    private const int CopyEvery = 20;

    public static void Run(int images)
    {
        foreach (int length in (int[])[512, 2048])
        {
            IndexSnapshot index = SyntheticRecords.Index(WithCopies(CodedImages.Clustered(images, length, seed: 1).Records), codedFrom: 1);
            foreach (float minCosine in (float[])[0.98f, 0.9f])
            {
                long before = GC.GetTotalMemory(forceFullCollection: true);
                long allocated = GC.GetTotalAllocatedBytes(precise: true);
                TimeSpan used = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                DuplicateResult found = DuplicateSearch.Find(index, minCosine, SearchFilter.None, CancellationToken.None);
                TimeSpan compared = Stopwatch.GetElapsedTime(start);
                used = Environment.CpuUsage.TotalTime - used;
                int copies = found.Groups.Sum(group => group.Images.Count);
                TimeSpan read = Stopwatch.GetElapsedTime(start) - compared;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{images} x {length}, from {minCosine}: {compared.TotalSeconds:0.00} s, {used.TotalSeconds:0.00} s of " +
                    $"{Environment.ProcessorCount} processors; {read.TotalSeconds:0.00} s for the cosines of {copies} images; " +
                    $"{(GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1e6:0} MB allocated, " +
                    $"{(GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6:0} MB kept"));
            }
        }
    }

    private static EmbeddingRecord[] WithCopies(EmbeddingRecord[] records)
    {
        var random = new Random(2);
        for (int i = CopyEvery - 1; i < records.Length; i += CopyEvery)
        {
            // A vector of norm 0.1 at about a right angle: a cosine of 0.995.
            float[] copy = SyntheticRecords.Record(i, records[i].Embedding.Values.Length, random).Embedding.Values.ToArray();
            TensorPrimitives.MultiplyAdd(copy, 0.1f, records[i - 1].Embedding.Values.Span, copy);
            TensorPrimitives.Divide(copy, TensorPrimitives.Norm<float>(copy), copy);
            records[i] = records[i] with { Embedding = new Embedding(copy, 1) };
        }

        return records;
    }
}
