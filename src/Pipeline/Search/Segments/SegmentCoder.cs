using Pipeline.Search.Codes;

namespace Pipeline.Search.Segments;

/// <summary>Makes the codes of segments, all in one space.</summary>
/// <param name="space">The space.</param>
/// <param name="vectors">Where the vectors are.</param>
internal sealed class SegmentCoder(CodeSpace space, VectorStore vectors)
{
    // Any seed does, as long as it is no function of the images.
    private const ulong Seed = 20260504;

    // The mean of so many is off by 3 % of the embeddings' spread, which widens the codes' limits by 0.05 %.
    private const int SampleSize = 1000;

    // Images that a processor takes at a time.
    private const int ChunkSize = 256;

    public CodeSpace Space => space;

    /// <summary>A space about the mean of a sample of vectors.</summary>
    /// <param name="sample">The vectors to choose from, one or more.</param>
    /// <param name="dimension">Their length.</param>
    /// <param name="vectors">Where they are.</param>
    public static SegmentCoder Create(IReadOnlyList<StoredVector> sample, int dimension, VectorStore vectors)
    {
        int step = Math.Max(1, sample.Count / SampleSize);
        float[] mean = CodeSpace.Mean(sample.Where((_, i) => i % step == 0).Select(vectors.Get), dimension);
        return new SegmentCoder(new CodeSpace(dimension, mean, Seed), vectors);
    }

    /// <summary>The codes of vectors, one behind the other, and their scalars.</summary>
    public (ulong[] Codes, CodeScalars[] Scalars) Encode(StoredVector[] stored)
    {
        var codes = new ulong[(long)stored.Length * space.Words];
        var scalars = new CodeScalars[stored.Length];
        int chunks = (stored.Length + ChunkSize - 1) / ChunkSize;
        Parallel.For(0, chunks, chunk =>
        {
            float[] buffer = new float[space.Dimension];
            int end = Math.Min(stored.Length, (chunk + 1) * ChunkSize);
            for (int i = chunk * ChunkSize; i < end; i++)
            {
                scalars[i] = space.Encode(vectors.Read(stored[i], buffer), codes.AsSpan(i * space.Words, space.Words));
            }
        });
        return (codes, scalars);
    }
}
