using System.Diagnostics;
using Cloud.Unum.USearch;
using Pipeline.Search;
using Pipeline.Search.Codes;

namespace Pipeline.Benchmarks;

/// <summary>
/// Codes beside USearch's HNSW graph of float32, int8 and single bits: time to build, memory, time of a query and recall@10, of the same
/// embeddings of length 2048. The embeddings are written for tests/reference/faiss_search.py, which measures FAISS with them.
/// </summary>
internal static class CodePeersRun
{
    private const int Length = 2048;
    private const int Top = 10;

    public static void Run(int images)
    {
        CodedImages model = CodedImages.Clustered(images, Length, seed: 2);
        string file = Path.Combine(Path.GetTempPath(), "code-peers.f32");
        Write(model, file);
        Console.WriteLine($"{images} x {Length}, and {model.Queries.Count} queries not among them, in {file}");
        Match[][] exact = [.. model.Queries.Select(query => SegmentSearch.Search(model.Exact, query, Top, SearchFilter.None).Nearest)];
        Timing scan = Timing.Of(model.Queries.Count, i => SegmentSearch.Search(model.Exact, model.Queries[i], Top, SearchFilter.None));
        Console.WriteLine($"exact scan, {Environment.ProcessorCount} threads: {scan}");

        Candidate[] Search(int i)
        {
            model.Scan(model.Queries[i], threads: 1);
            return model.Select(model.Queries[i], Top);
        }

        Timing codes = Timing.Of(model.Queries.Count, i => Search(i));
        double recall = model.Queries.Select((_, i) => Found(exact[i], Search(i).Take(Top).Select(candidate => candidate.Index))).Average();
        Console.WriteLine(FormattableString.Invariant(
            $"codes, 1 thread: built in {model.Encoding.TotalSeconds:0.0} s, {model.CodeBytes / 1e6:0.0} MB, {codes}, recall {recall:0.0000}"));
        foreach (ScalarKind kind in (ScalarKind[])[ScalarKind.Float32, ScalarKind.Int8, ScalarKind.Bits1])
        {
            Measure(model, exact, kind);
        }
    }

    private static void Measure(CodedImages model, Match[][] exact, ScalarKind kind)
    {
        // Single bits (a number above 0 is 1) are compared by how many differ, the others by the cosine. All else is the library's default.
        MetricKind metric = kind == ScalarKind.Bits1 ? MetricKind.Hamming : MetricKind.Cos;
        long before = Resident();
        using var index = new USearchIndex(metric, kind, Length);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < model.Records.Length; i++)
        {
            index.Add((ulong)i, model.Records[i].Embedding.Values.ToArray());
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double megabytes = (Resident() - before) / 1e6;
        double recall = 0;
        Timing search = Timing.Of(model.Queries.Count, i => _ = Keys(index, model.Queries[i]));
        for (int i = 0; i < model.Queries.Count; i++)
        {
            recall += Found(exact[i], Keys(index, model.Queries[i]).Select(key => (int)key)) / model.Queries.Count;
        }

        Console.WriteLine(FormattableString.Invariant(
            $"USearch {kind}, 1 thread: built in {seconds:0.0} s, {megabytes:0} MB, {search}, recall {recall:0.0000}"));
    }

    private static ulong[] Keys(USearchIndex index, float[] query)
    {
        index.Search(query, Top, out ulong[] keys, out _);
        return keys;
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
