using System.Diagnostics;
using System.Runtime.CompilerServices;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Codes;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>Embeddings of images that do not exist in groups, as a ReLU leaves them, with their codes and queries that are not among them.</summary>
internal sealed class CodedImages
{
    private const int QueryCount = 50;
    private const int Sample = 1000;

    private readonly CodeSpace _space;
    private readonly CodeScalars[] _scalars;
    private readonly float[] _limits;
    private readonly Lazy<IndexSnapshot> _exact;

    private CodedImages(EmbeddingRecord[] records, IReadOnlyList<float[]> queries, CodeSpace space, ulong[] codes, CodeScalars[] scalars)
    {
        (Records, Queries, _space, Codes, _scalars) = (records, queries, space, codes, scalars);
        _limits = new float[scalars.Length];
        _exact = new Lazy<IndexSnapshot>(() => SyntheticRecords.Index(records, codedFrom: int.MaxValue));
    }

    public EmbeddingRecord[] Records { get; }

    /// <summary>An index that compares all vectors.</summary>
    public IndexSnapshot Exact => _exact.Value;

    public IReadOnlyList<float[]> Queries { get; }

    public ulong[] Codes { get; }

    public int Length => _space.Dimension;

    public TimeSpan Encoding { get; private init; }

    public long CodeBytes => (8L * Codes.Length) + ((long)Unsafe.SizeOf<CodeScalars>() * _scalars.Length);

    /// <summary>How many exact cosines the last selection took.</summary>
    public int Read { get; private set; }

    public static CodedImages Clustered(int images, int length, int seed)
    {
        var random = new Random(seed);
        var embeddings = new ClusteredEmbeddings(length, random);
        EmbeddingRecord[] records = [.. Enumerable.Range(0, images).Select(i => Record(i, embeddings.Draw(random)))];
        float[][] queries = [.. Enumerable.Range(0, QueryCount).Select(_ => embeddings.Draw(random))];
        float[] centre = CodeSpace.Mean(records.Take(Sample).Select(record => record.Embedding.Values), length);
        var space = new CodeSpace(length, centre, seed: 1);
        ulong[] codes = new ulong[images * space.Words];
        var scalars = new CodeScalars[images];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < images; i++)
        {
            scalars[i] = space.Encode(records[i].Embedding.Values.Span, codes.AsSpan(i * space.Words, space.Words));
        }

        return new CodedImages(records, queries, space, codes, scalars) { Encoding = Stopwatch.GetElapsedTime(start) };
    }

    public static string NameOf(int number) => FormattableString.Invariant($"stored-{number:000000}.jpg");

    /// <summary>The same codes many times, without embeddings.</summary>
    public CodedImages Tiled(int times) => new(
        [],
        Queries,
        _space,
        [.. Enumerable.Repeat(Codes, times).SelectMany(codes => codes)],
        [.. Enumerable.Repeat(_scalars, times).SelectMany(scalars => scalars)]);

    public EstimateSums Scan(float[] query, int threads)
    {
        CodeQuery prepared = _space.Prepare(query);
        var sums = new EstimateSums[threads];
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            int start = (int)((long)_scalars.Length * part / threads);
            int count = (int)((long)_scalars.Length * (part + 1) / threads) - start;
            sums[part] = CodeScan.UpperLimits(
                prepared,
                Codes.AsSpan(start * _space.Words, count * _space.Words),
                _scalars.AsSpan(start, count),
                [],
                _limits.AsSpan(start, count));
        });
        return sums.Aggregate((first, second) => first + second);
    }

    /// <summary>The nearest by the limits of the last scan, which was of the same query.</summary>
    public Candidate[] Select(float[] query, int top)
    {
        Read = 0;
        return CandidateSelection.Nearest(_limits, top, (indexes, cosines) =>
        {
            Read += indexes.Length;
            for (int i = 0; i < indexes.Length; i++)
            {
                cosines[i] = Embedding.Cosine(query, Records[indexes[i]].Embedding.Values.Span);
            }
        });
    }

    private static EmbeddingRecord Record(int number, float[] values)
    {
        var id = new ImageId(ImagesContainer.DefaultName, NameOf(number));
        return new EmbeddingRecord(id, "\"0x1\"", id.Key, 224, 224, DateTimeOffset.UnixEpoch, new Embedding(values, 1));
    }
}
