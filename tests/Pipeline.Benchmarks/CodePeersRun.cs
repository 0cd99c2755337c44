using System.Diagnostics;
using System.Globalization;
using Cloud.Unum.USearch;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Codes;

namespace Pipeline.Benchmarks;

/// <summary>
/// Codes and a comparison of all vectors beside USearch's HNSW graph of float32, int8 and single bits: time to build, memory, time of a query
/// and recall@10, of the same embeddings. These are written to a file first, for tests/reference/faiss_search.py and pgvector_search.mjs.
/// </summary>
/// <remarks>
/// Graphs are built once and kept beside that file, because that takes minutes and queries should be measured while nothing else runs. All on
/// one thread if DOTNET_PROCESSOR_COUNT is 1.
/// </remarks>
internal static class CodePeersRun
{
    private const int Top = 10;

    // Of int8 so many are compared exactly.
    private const int Ranked = 100;

    /// <param name="images">How many images.</param>
    /// <param name="length">Length of their embeddings.</param>
    /// <param name="folder">Where the embeddings and the graphs are kept.</param>
    public static void Run(int images, int length, string folder)
    {
        Directory.CreateDirectory(folder);
        CodedImages model = CodedImages.Clustered(images, length, seed: 2);
        string file = Path.Combine(folder, "embeddings.f32");
        Write(model, file);
        Console.WriteLine($"{images} x {length}, and {model.Queries.Count} queries not among them, in {file}");
        Match[][] exact = [.. model.Queries.Select(query => SegmentSearch.Search(model.Exact, query, Top, SearchFilter.None).Nearest)];
        Timing scan = Timing.Of(model.Queries.Count, i => SegmentSearch.Search(model.Exact, model.Queries[i], Top, SearchFilter.None));
        Console.WriteLine($"all vectors, {Environment.ProcessorCount} threads: {scan}");

        Candidate[] Search(int i)
        {
            model.Scan(model.Queries[i], threads: 1);
            return model.Select(model.Queries[i], Top);
        }

        Timing codes = Timing.Of(model.Queries.Count, i => Search(i));
        double recall = model.Queries.Select((_, i) => Found(exact[i], Search(i).Take(Top).Select(candidate => candidate.Index))).Average();
        Console.WriteLine(FormattableString.Invariant(
            $"codes, 1 thread: built in {model.Encoding.TotalSeconds:0.0} s, {model.CodeBytes / 1e6:0.0} MB, {codes}, recall {recall:0.0000}"));
        foreach (ScalarKind kind in (ScalarKind[])[ScalarKind.Bits1, ScalarKind.Int8, ScalarKind.Float32])
        {
            string graph = Path.Combine(folder, $"{kind}.usearch");
            if (!File.Exists(graph))
            {
                Build(model, kind, graph);
            }

            Measure(model, exact, kind, graph);
        }
    }

    // Single bits (a number above 0 is 1) are compared by how many differ, the others by the cosine. All else is the library's default.
    private static void Build(CodedImages model, ScalarKind kind, string graph)
    {
        MetricKind metric = kind == ScalarKind.Bits1 ? MetricKind.Hamming : MetricKind.Cos;
        using var index = new USearchIndex(metric, kind, (ulong)model.Length);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < model.Records.Length; i++)
        {
            index.Add((ulong)i, model.Records[i].Embedding.Values.ToArray());
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        index.Save(graph);
        File.WriteAllText($"{graph}.seconds", seconds.ToString("0.0", CultureInfo.InvariantCulture));
    }

    private static void Measure(CodedImages model, Match[][] exact, ScalarKind kind, string graph)
    {
        long before = Resident();
        using var index = new USearchIndex(graph);
        double megabytes = (Resident() - before) / 1e6;
        string built = $"built in {File.ReadAllText($"{graph}.seconds")} s, {megabytes.ToString("0", CultureInfo.InvariantCulture)} MB";
        Write($"USearch {kind}", i => Keys(index, model.Queries[i], Top));
        if (kind == ScalarKind.Int8)
        {
            Write($"USearch {kind}, {Ranked} ranked by their exact cosines", i =>
                [
                    .. Keys(index, model.Queries[i], Ranked)
                        .OrderByDescending(key => Embedding.Cosine(model.Queries[i], model.Records[key].Embedding.Values.Span))
                        .Take(Top),
                ]);
        }

        void Write(string name, Func<int, int[]> search)
        {
            Timing timing = Timing.Of(model.Queries.Count, i => search(i));
            double recall = model.Queries.Select((_, i) => Found(exact[i], search(i))).Average();
            Console.WriteLine(FormattableString.Invariant($"{name}, 1 thread: {built}, {timing}, recall {recall:0.0000}"));
        }
    }

    private static int[] Keys(USearchIndex index, float[] query, int count)
    {
        index.Search(query, count, out ulong[] keys, out _);
        return [.. keys.Select(key => (int)key)];
    }

    private static double Found(Match[] exact, IEnumerable<int> indexes) =>
        exact.Select(match => match.Image.Id.Name).Intersect(indexes.Select(CodedImages.NameOf)).Count() / (double)Top;

    private static long Resident()
    {
        using Process process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static void Write(CodedImages model, string file)
    {
        using FileStream stream = File.Create(file);
        foreach (ReadOnlyMemory<float> values in model.Records.Select(record => record.Embedding.Values)
            .Concat(model.Queries.Select(query => new ReadOnlyMemory<float>(query))))
        {
            stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.Span));
        }
    }
}
