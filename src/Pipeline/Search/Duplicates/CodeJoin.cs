using System.Buffers;
using System.Runtime.CompilerServices;
using Pipeline.Models;
using Pipeline.Search.Codes;
using Pipeline.Search.Segments;

namespace Pipeline.Search.Duplicates;

/// <summary>
/// Joins near-identical images of many: codes say which pairs can be near enough, and only their vectors are compared. Pairs are taken by
/// squares of two blocks of images, whose codes lie in the processor's cache; what it takes of memory is a square for each processor.
/// </summary>
/// <remarks>
/// No estimate of higher precision comes between: of 200 million pairs of 20,000 images in 500 groups, 512 values each, the codes leave
/// 71,000, and of 2048 values only the 1,000 that reach 0.98. To compare the vectors of 71,000 pairs takes a hundredth of a second.
/// </remarks>
/// <param name="vectors">Where the vectors are.</param>
/// <param name="words">ulong of a code.</param>
/// <param name="minCosine">From this cosine on two images are joined.</param>
/// <param name="places">The images, by rising norm.</param>
/// <param name="sets">Takes what is joined, by the images' places in <paramref name="places"/>.</param>
internal sealed class CodeJoin(VectorStore vectors, int words, float minCosine, Place[] places, DisjointSets sets)
{
    // Two blocks of codes of 4096 bits are 256 kB, within the second cache of any processor.
    private const int BlockSize = 256;

    /// <summary>Compares all pairs.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        int blocks = (places.Length + BlockSize - 1) / BlockSize;
        Triangle.ForEachRow(blocks, i =>
        {
            ulong[] first = ArrayPool<ulong>.Shared.Rent(BlockSize * words);
            ulong[] second = ArrayPool<ulong>.Shared.Rent(BlockSize * words);
            try
            {
                CopyCodes(i, first);
                for (int j = i; j < blocks; j++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int most = CodeDifference.Most(NormsOf(i), NormsOf(j), minCosine, words * 64);
                    if (most < 0)
                    {
                        // The norms of all further blocks are larger, and so further away.
                        break;
                    }

                    CopyCodes(j, second);
                    Join(i, first, j, second, most);
                }
            }
            finally
            {
                ArrayPool<ulong>.Shared.Return(first);
                ArrayPool<ulong>.Shared.Return(second);
            }
        }, cancellationToken);
    }

    private int EndOf(int block) => Math.Min(places.Length, (block + 1) * BlockSize);

    private NormRange NormsOf(int block) => new(places[block * BlockSize].Scalars.Norm, places[EndOf(block) - 1].Scalars.Norm);

    private void CopyCodes(int block, ulong[] codes)
    {
        int start = block * BlockSize;
        for (int i = start; i < EndOf(block); i++)
        {
            places[i].Code(words).CopyTo(codes.AsSpan((i - start) * words));
        }
    }

    // Optimised at the first call: unoptimised code would be replaced only after seconds of it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Join(int first, ulong[] firstCodes, int second, ulong[] secondCodes, int most)
    {
        int start = second * BlockSize;
        int end = EndOf(second);
        for (int i = first * BlockSize; i < EndOf(first); i++)
        {
            ReadOnlySpan<ulong> code = firstCodes.AsSpan((i - (first * BlockSize)) * words, words);
            for (int j = Math.Max(start, i + 1); j < end; j++)
            {
                if (CodeDifference.Of(code, secondCodes.AsSpan((j - start) * words, words), most) <= most && !sets.AreJoined(i, j))
                {
                    JoinIfNear(i, j);
                }
            }
        }
    }

    private void JoinIfNear(int first, int second)
    {
        StoredVector stored = places[first].Vector;
        float[] buffers = ArrayPool<float>.Shared.Rent(2 * stored.Length);
        ReadOnlySpan<float> vector = vectors.Read(stored, buffers.AsSpan(0, stored.Length));
        ReadOnlySpan<float> other = vectors.Read(places[second].Vector, buffers.AsSpan(stored.Length, stored.Length));
        if (Embedding.Cosine(vector, other) >= minCosine)
        {
            sets.Join(first, second);
        }

        ArrayPool<float>.Shared.Return(buffers);
    }
}
