using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Search.Codes;

/// <summary>
/// How a code differs from a query's planes of bits: the sum over the planes j of 2^j * popcount(code xor plane j). The same number by
/// every path; hardware decides which is taken.
/// </summary>
/// <remarks>
/// .NET 10 has no VPOPCNTDQ, so bits are counted by a table of the 16 values of half a byte, which a shuffle looks up for all bytes of a
/// vector; the tables of four planes hold their counts times 1, 2, 4 and 8, so that they add into the same bytes: 2 * 4 * 15 at most, below
/// 256. The upper four planes count 16 times as much. Optimised at the first call: unoptimised, one code of 4096 bits takes 370 ns instead
/// of 36, and an app that has just started would answer its first queries so.
/// </remarks>
internal static class PlaneDifference
{
    private const int Planes = CodeQuery.Planes;

    private static Vector128<byte> Counts => Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);

    /// <param name="code">ulong[words].</param>
    /// <param name="planes">ulong[<see cref="CodeQuery.Planes"/> * words], one plane after the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(ReadOnlySpan<ulong> code, ReadOnlySpan<ulong> planes)
    {
        if (Avx512BW.IsSupported && code.Length >= Vector512<ulong>.Count)
        {
            return OfVector512(code, planes);
        }

        if (Avx2.IsSupported && code.Length >= Vector256<ulong>.Count)
        {
            return OfVector256(code, planes);
        }

        return Vector128.IsHardwareAccelerated && code.Length >= Vector128<ulong>.Count
            ? OfVector128(code, planes)
            : OfWords(code, planes, 0);
    }

    /// <summary>What the others are held against.</summary>
    /// <param name="code">ulong[words].</param>
    /// <param name="planes">ulong[<see cref="CodeQuery.Planes"/> * words].</param>
    /// <param name="start">The first word that counts.</param>
    public static int OfWords(ReadOnlySpan<ulong> code, ReadOnlySpan<ulong> planes, int start)
    {
        int sum = 0;
        for (int plane = 0; plane < Planes; plane++)
        {
            for (int i = start; i < code.Length; i++)
            {
                sum += BitOperations.PopCount(code[i] ^ planes[(plane * code.Length) + i]) << plane;
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int OfVector512(ReadOnlySpan<ulong> code, ReadOnlySpan<ulong> planes)
    {
        ref ulong word = ref MemoryMarshal.GetReference(code);
        ref ulong plane = ref MemoryMarshal.GetReference(planes);
        nuint length = (nuint)code.Length;
        nuint i = 0;
        Vector512<byte> counts = Vector512.Create(Vector256.Create(Counts, Counts), Vector256.Create(Counts, Counts));
        Vector512<byte> twice = counts + counts;
        Vector512<byte> fourfold = twice + twice;
        Vector512<byte> eightfold = fourfold + fourfold;
        Vector512<ulong> lower = default;
        Vector512<ulong> upper = default;
        for (; i + 8 <= length; i += 8)
        {
            Vector512<byte> bits = Vector512.LoadUnsafe(ref word, i).AsByte();
            lower += Sum(
                Look(counts, bits ^ Vector512.LoadUnsafe(ref plane, i).AsByte()) +
                Look(twice, bits ^ Vector512.LoadUnsafe(ref plane, length + i).AsByte()) +
                Look(fourfold, bits ^ Vector512.LoadUnsafe(ref plane, (2 * length) + i).AsByte()) +
                Look(eightfold, bits ^ Vector512.LoadUnsafe(ref plane, (3 * length) + i).AsByte()));
            upper += Sum(
                Look(counts, bits ^ Vector512.LoadUnsafe(ref plane, (4 * length) + i).AsByte()) +
                Look(twice, bits ^ Vector512.LoadUnsafe(ref plane, (5 * length) + i).AsByte()) +
                Look(fourfold, bits ^ Vector512.LoadUnsafe(ref plane, (6 * length) + i).AsByte()) +
                Look(eightfold, bits ^ Vector512.LoadUnsafe(ref plane, (7 * length) + i).AsByte()));
        }

        return (int)Vector512.Sum(lower + (upper << 4)) + OfWords(code, planes, (int)i);

        static Vector512<byte> Look(Vector512<byte> table, Vector512<byte> bits)
        {
            Vector512<byte> half = Vector512.Create((byte)15);
            return Avx512BW.Shuffle(table, bits & half) + Avx512BW.Shuffle(table, (bits.AsUInt16() >>> 4).AsByte() & half);
        }

        static Vector512<ulong> Sum(Vector512<byte> bytes) => Avx512BW.SumAbsoluteDifferences(bytes, Vector512<byte>.Zero).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int OfVector256(ReadOnlySpan<ulong> code, ReadOnlySpan<ulong> planes)
    {
        ref ulong word = ref MemoryMarshal.GetReference(code);
        ref ulong plane = ref MemoryMarshal.GetReference(planes);
        nuint length = (nuint)code.Length;
        nuint i = 0;
        Vector256<byte> counts = Vector256.Create(Counts, Counts);
        Vector256<byte> twice = counts + counts;
        Vector256<byte> fourfold = twice + twice;
        Vector256<byte> eightfold = fourfold + fourfold;
        Vector256<ulong> lower = default;
        Vector256<ulong> upper = default;
        for (; i + 4 <= length; i += 4)
        {
            Vector256<byte> bits = Vector256.LoadUnsafe(ref word, i).AsByte();
            lower += Sum(
                Look(counts, bits ^ Vector256.LoadUnsafe(ref plane, i).AsByte()) +
                Look(twice, bits ^ Vector256.LoadUnsafe(ref plane, length + i).AsByte()) +
                Look(fourfold, bits ^ Vector256.LoadUnsafe(ref plane, (2 * length) + i).AsByte()) +
                Look(eightfold, bits ^ Vector256.LoadUnsafe(ref plane, (3 * length) + i).AsByte()));
            upper += Sum(
                Look(counts, bits ^ Vector256.LoadUnsafe(ref plane, (4 * length) + i).AsByte()) +
                Look(twice, bits ^ Vector256.LoadUnsafe(ref plane, (5 * length) + i).AsByte()) +
                Look(fourfold, bits ^ Vector256.LoadUnsafe(ref plane, (6 * length) + i).AsByte()) +
                Look(eightfold, bits ^ Vector256.LoadUnsafe(ref plane, (7 * length) + i).AsByte()));
        }

        return (int)Vector256.Sum(lower + (upper << 4)) + OfWords(code, planes, (int)i);

        static Vector256<byte> Look(Vector256<byte> table, Vector256<byte> bits)
        {
            Vector256<byte> half = Vector256.Create((byte)15);
            return Avx2.Shuffle(table, bits & half) + Avx2.Shuffle(table, (bits.AsUInt16() >>> 4).AsByte() & half);
        }

        static Vector256<ulong> Sum(Vector256<byte> bytes) => Avx2.SumAbsoluteDifferences(bytes, Vector256<byte>.Zero).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int OfVector128(ReadOnlySpan<ulong> code, ReadOnlySpan<ulong> planes)
    {
        ref ulong word = ref MemoryMarshal.GetReference(code);
        ref ulong plane = ref MemoryMarshal.GetReference(planes);
        nuint length = (nuint)code.Length;
        nuint i = 0;
        Vector128<byte> counts = Counts;
        Vector128<byte> twice = counts + counts;
        Vector128<byte> fourfold = twice + twice;
        Vector128<byte> eightfold = fourfold + fourfold;
        Vector128<uint> lower = default;
        Vector128<uint> upper = default;
        for (; i + 2 <= length; i += 2)
        {
            Vector128<byte> bits = Vector128.LoadUnsafe(ref word, i).AsByte();
            lower += Sum(
                Look(counts, bits ^ Vector128.LoadUnsafe(ref plane, i).AsByte()) +
                Look(twice, bits ^ Vector128.LoadUnsafe(ref plane, length + i).AsByte()) +
                Look(fourfold, bits ^ Vector128.LoadUnsafe(ref plane, (2 * length) + i).AsByte()) +
                Look(eightfold, bits ^ Vector128.LoadUnsafe(ref plane, (3 * length) + i).AsByte()));
            upper += Sum(
                Look(counts, bits ^ Vector128.LoadUnsafe(ref plane, (4 * length) + i).AsByte()) +
                Look(twice, bits ^ Vector128.LoadUnsafe(ref plane, (5 * length) + i).AsByte()) +
                Look(fourfold, bits ^ Vector128.LoadUnsafe(ref plane, (6 * length) + i).AsByte()) +
                Look(eightfold, bits ^ Vector128.LoadUnsafe(ref plane, (7 * length) + i).AsByte()));
        }

        return (int)Vector128.Sum(lower + (upper << 4)) + OfWords(code, planes, (int)i);

        static Vector128<byte> Look(Vector128<byte> table, Vector128<byte> bits)
        {
            Vector128<byte> half = Vector128.Create((byte)15);
            return Vector128.ShuffleNative(table, bits & half) + Vector128.ShuffleNative(table, (bits.AsUInt16() >>> 4).AsByte() & half);
        }

        static Vector128<uint> Sum(Vector128<byte> bytes)
        {
            Vector128<ushort> pairs = (bytes.AsUInt16() >>> 8) + (bytes.AsUInt16() & Vector128.Create((ushort)0xFF));
            return (pairs.AsUInt32() >>> 16) + (pairs.AsUInt32() & Vector128.Create(0xFFFFu));
        }
    }
}
