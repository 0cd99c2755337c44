using System.Diagnostics;
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
            TimeSpan read = Median(Queries, _ => Read(block, threads));
            TimeSpan scan = Median(Queries, i => Array.ForEach(models, model => model.Scan(model.Queries[i], threads)));
            TimeSpan search = Median(Queries, i => Search(models, i, threads));
            Write($"{threads} thread(s): read {Text(read)}, {block.Length * 8 / read.TotalSeconds / 1e9:0.0} GB/s; " +
                $"scan {Text(scan)}, {megabytes / 1000 / scan.TotalSeconds:0.0} GB/s; scan and top {Top} of both {Text(search)}");
        }

        TimeSpan exact = Median(10, i => Array.ForEach(models, model => CosineScan.Nearest(model.Records, model.Queries[i], Top)));
        Write($"exact scan of all embeddings, {Environment.ProcessorCount} threads: {Text(exact)}");
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
            ScanResult exact = CosineScan.Search(model.Records, query, Top);
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
            double total = 0;
            foreach (CodedImages model in models)
            {
                CodedImages tiled = model.Tiled(Tiles);
                total += Median(10, i => tiled.Scan(model.Queries[i], threads)).TotalMilliseconds;
            }

            Write($"{Tiles} times the codes, {threads} thread(s): scan {total:0.0} ms");
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

    internal static TimeSpan Median(int times, Action<int> action)
    {
        action(0);
        var measured = new TimeSpan[times];
        for (int i = 0; i < times; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action(i);
            measured[i] = Stopwatch.GetElapsedTime(start);
        }

        Array.Sort(measured);
        return measured[times / 2];
    }

    internal static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.00} ms");

    internal static void Write(string line) => Console.WriteLine(line);
}
