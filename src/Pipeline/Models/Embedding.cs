using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Models;

/// <summary>The embedding of an image.</summary>
/// <param name="Values">float[d], L2 norm 1; d is 4096 for VGG16's <c>fc2</c>, 2048 for ResNet50's <c>avg_pool</c>.</param>
/// <param name="Norm">The L2 norm before normalisation, above 0.</param>
internal readonly record struct Embedding(ReadOnlyMemory<float> Values, float Norm)
{
    /// <summary>Cosine of the angle between two embeddings by the same model: -1 to 1, where 1 is the same direction.</summary>
    /// <param name="first">float[d], L2 norm 1.</param>
    /// <param name="second">float[d], L2 norm 1.</param>
    /// <remarks>
    /// Both have norm 1, so the dot product is the cosine; rounding may push it past 1 by a few units in the last place. Numbers are added
    /// in one order, in the lanes of four vectors of 256 bits, whatever the processor has: the cosine is the same to the bit on all of
    /// them, and with the two exchanged. So a list that is read by pages goes on at the same place on another instance.
    /// <see cref="TensorPrimitives.Dot{T}"/> differs between processors with and without AVX-512, and takes as long.
    /// </remarks>
    public static float Cosine(ReadOnlySpan<float> first, ReadOnlySpan<float> second) => Math.Clamp(Dot(first, second), -1f, 1f);

    // Optimised at the first call: the first query of an index compares thousands.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, first.Length);
        ReadOnlySpan<Vector256<float>> a = MemoryMarshal.Cast<float, Vector256<float>>(first);
        ReadOnlySpan<Vector256<float>> b = MemoryMarshal.Cast<float, Vector256<float>>(second);
        (Vector256<float> sum0, Vector256<float> sum1) = (default, default);
        (Vector256<float> sum2, Vector256<float> sum3) = (default, default);
        int i = 0;
        for (; i <= a.Length - 4; i += 4)
        {
            sum0 += a[i] * b[i];
            sum1 += a[i + 1] * b[i + 1];
            sum2 += a[i + 2] * b[i + 2];
            sum3 += a[i + 3] * b[i + 3];
        }

        Vector256<float> lanes = (sum0 + sum1) + (sum2 + sum3);
        float sum = 0;
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
        {
            sum += lanes[lane];
        }

        for (i *= Vector256<float>.Count; i < first.Length; i++)
        {
            sum += first[i] * second[i];
        }

        return sum;
    }
}
