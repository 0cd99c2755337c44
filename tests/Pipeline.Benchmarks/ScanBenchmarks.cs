using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>The ten nearest of all stored embeddings, beside bare dot products over one block of memory on one thread.</summary>
[MemoryDiagnoser]
public class ScanBenchmarks
{
    private const int Top = 10;

    private IndexSnapshot _exact = IndexSnapshot.Empty(new VectorStore(long.MaxValue / 2, ""));
    private IndexSnapshot _coded = IndexSnapshot.Empty(new VectorStore(long.MaxValue / 2, ""));
    private float[] _matrix = [];
    private float[] _query = [];

    [Params(1_000, 10_000)]
    public int Images { get; set; }

    [Params(2048, 4096)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        EmbeddingRecord[] records = [.. Enumerable.Range(0, Images).Select(i => SyntheticRecords.Record(i, Length, random))];
        _matrix = [.. records.SelectMany(record => record.Embedding.Values.ToArray())];
        _exact = SyntheticRecords.Index(records, int.MaxValue);
        _coded = SyntheticRecords.Index(records, 1);
        _query = records[Images / 2].Embedding.Values.ToArray();
    }

    [Benchmark(Baseline = true)]
    public float DotProducts()
    {
        float best = -1;
        for (int i = 0; i < Images; i++)
        {
            best = Math.Max(best, TensorPrimitives.Dot(_matrix.AsSpan(i * Length, Length), _query));
        }

        return best;
    }

    [Benchmark]
    public object AllVectors() => SegmentSearch.Search(_exact, _query, Top, SearchFilter.None);

    [Benchmark]
    public object CodesThenVectors() => SegmentSearch.Search(_coded, _query, Top, SearchFilter.None);
}
