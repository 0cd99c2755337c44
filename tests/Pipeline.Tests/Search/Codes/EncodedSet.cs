using Pipeline.Models;
using Pipeline.Search.Codes;

namespace Pipeline.Tests.Search.Codes;

/// <summary>Embeddings with their codes, and the exact answers beside the ones by codes.</summary>
internal sealed class EncodedSet
{
    private readonly float[][] _vectors;
    private readonly ulong[] _codes;
    private readonly CodeScalars[] _scalars;

    public EncodedSet(float[][] vectors, ulong seed = 1)
    {
        _vectors = vectors;
        int length = vectors[0].Length;
        Space = new CodeSpace(length, CodeSpace.Mean(vectors.Take(1000).Select(vector => new ReadOnlyMemory<float>(vector)), length), seed);
        _codes = new ulong[vectors.Length * Space.Words];
        _scalars = [.. vectors.Select((vector, i) => Space.Encode(vector, _codes.AsSpan(i * Space.Words, Space.Words)))];
    }

    public CodeSpace Space { get; }

    /// <summary>How many exact cosines the last search took.</summary>
    public int Read { get; private set; }

    public ReadOnlySpan<CodeScalars> Scalars => _scalars;

    public ReadOnlySpan<ulong> CodeOf(int index) => _codes.AsSpan(index * Space.Words, Space.Words);

    public float[] Exact(float[] query) => [.. _vectors.Select(vector => Embedding.Cosine(query, vector))];

    public float[] Estimates(float[] query)
    {
        float[] estimates = new float[_vectors.Length];
        CodeScan.Estimate(Space.Prepare(query), _codes, _scalars, estimates);
        return estimates;
    }

    public (float[] UpperLimits, EstimateSums Sums) UpperLimits(float[] query, ulong[]? searched = null)
    {
        float[] limits = new float[_vectors.Length];
        return (limits, CodeScan.UpperLimits(Space.Prepare(query), _codes, _scalars, searched, limits));
    }

    public Candidate[] Nearest(float[] query, int top, ulong[]? searched = null)
    {
        Read = 0;
        return CandidateSelection.Nearest(UpperLimits(query, searched).UpperLimits, top, (indexes, cosines) =>
        {
            Read += indexes.Length;
            for (int i = 0; i < indexes.Length; i++)
            {
                cosines[i] = Embedding.Cosine(query, _vectors[indexes[i]]);
            }
        });
    }
}
