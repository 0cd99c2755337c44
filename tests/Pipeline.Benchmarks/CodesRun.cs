using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Pipeline.Search;
using Pipeline.Search.Codes;

namespace Pipeline.Benchmarks;

/// <summary>
/// The ten nearest by two models: by codes on one and two threads, beside the exact scan of all embeddings and a plain read of the memory
/// that the codes take, in one run; and the codes alone, ten times as many.
/// </summary>
internal static class CodesRun
{
    private const int Top = 10;
    private const int Queries = 50;
    private const int Tiles = 10;

    public static void Run(int images)
    {
        CodedImages[] models = [.. ((int[])[4096, 2048]).Select((length, i) => CodedImages.Clustered(images, length, seed: i + 1))];
        foreach (CodedImages model in models)
        {
            Write($"{images} x {model.Length}: {model.Encoding.TotalMicroseconds / images:0.0} µs to encode an image (one thread)");
        }

        double megabytes = models.Sum(model => model.CodeBytes) / 1e6;
        Write($"codes and scalars {megabytes:0.0} MB, {1e6 * megabytes / images:0} bytes an image; embeddings " +
            $"{models.Sum(model => 4.0 * model.Length) * images / 1e6:0} MB");
        ulong[] block = models.SelectMany(model => model.Codes).ToArray();
        foreach (int threads in (int[])[1, 2])
        {
            Timing read = Timing.Of(Queries, _ => Read(block, threads));
            Timing scan = Timing.Of(Queries, i => Array.ForEach(models, model => model.Scan(model.Queries[i], threads)));
            Timing search = Timing.Of(Queries, i => Search(models, i, threads));
            Write($"{threads} thread(s): plain read {read}, {megabytes / read.Fastest:0.0} GB/s at best");
            Write($"  scan {scan}, {megabytes / scan.Fastest:0.0} GB/s at best; scan and top {Top} of both {search}");
        }

        Timing exact = Timing.Of(
            10, i => Array.ForEach(models, model => SegmentSearch.Search(model.Exact, model.Queries[i], Top, SearchFilter.None)));
        Write($"exact scan of all embeddings, {Environment.ProcessorCount} threads: {exact}");
        foreach (CodedImages model in models)
        {
            WriteRecall(model);
        }

        WriteTiled(models);
    }

    private static void Search(CodedImages[] models, int query, int threads)
    {
        foreach (CodedImages model in models)
        {
            model.Scan(model.Queries[query], threads);
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Parallel.ForEach(models, options, model => model.Select(model.Queries[query], Top));
    }

    private static void WriteRecall(CodedImages model)
    {
        int found = 0;
        var read = new List<int>();
        double worst = 0;
        foreach (float[] query in model.Queries)
        {
            ScanResult exact = SegmentSearch.Search(model.Exact, query, Top, SearchFilter.None);
            EstimateSums sums = model.Scan(query, threads: 2);
            Candidate[] nearest = model.Select(query, Top);
            found += nearest.Take(Top).Count(candidate => candidate.Cosine >= exact.Nearest[^1].Cosine);
            read.Add(model.Read);
            worst = Math.Max(worst, Math.Abs((sums.Deviation / exact.Spread.Deviation) - 1));
        }

        read.Sort();
        Write($"{model.Length}: recall@{Top} {(double)found / (Top * model.Queries.Count):0.0000} of {model.Queries.Count} queries, " +
            $"exact cosines a query: median {read[read.Count / 2]}, most {read[^1]}; deviation of the cosines off by {worst:P2} at most");
    }

    private static void WriteTiled(CodedImages[] models)
    {
        foreach (int threads in (int[])[1, 2])
        {
            CodedImages[] tiled = [.. models.Select(model => model.Tiled(Tiles))];
            Timing scan = Timing.Of(20, i => Array.ForEach(tiled, model => model.Scan(model.Queries[i], threads)));
            Write($"{Tiles} times the codes, {threads} thread(s): scan {scan}");
        }
    }

    private static void Read(ulong[] block, int threads) => Parallel.For(
        0,
        threads,
        new ParallelOptions { MaxDegreeOfParallelism = threads },
        part =>
        {
            int size = block.Length / threads;
            ReadOnlySpan<Vector<ulong>> values = MemoryMarshal.Cast<ulong, Vector<ulong>>(block.AsSpan(part * size, size));
            Vector<ulong> first = default;
            Vector<ulong> second = default;
            Vector<ulong> third = default;
            Vector<ulong> fourth = default;
            for (int i = 0; i + 3 < values.Length; i += 4)
            {
                first ^= values[i];
                second ^= values[i + 1];
                third ^= values[i + 2];
                fourth ^= values[i + 3];
            }

            // Looked at, so that the loop is not left out.
            if ((first ^ second ^ third ^ fourth) == Vector<ulong>.One)
            {
                Console.WriteLine();
            }
        });

    internal static void Write(string line) => Console.WriteLine(line);
}
