using System.Runtime.Intrinsics.X86;
using CsCheck;
using Pipeline.Search.Codes;

namespace Pipeline.Tests.Search.Codes;

public class PlaneDifferenceTests
{
    // Bits drawn one way are about half ones; sums of bytes overflow, if they do, where all are.
    private static readonly Gen<ulong> Word = Gen.Frequency((4, Gen.ULong), (1, Gen.Const(0UL)), (2, Gen.Const(ulong.MaxValue)));

    private static readonly Gen<(ulong[] Code, ulong[] Planes)> Inputs = Gen.Int[0, 150].SelectMany(words =>
        Gen.Select(Word.Array[words], Word.Array[CodeQuery.Planes * words]));

    [Fact]
    public void Every_path_counts_the_same_at_any_length() => Inputs.Sample(
        (code, planes) =>
        {
            int expected = Slow(code, planes);
            Assert.Equal(expected, PlaneDifference.Of(code, planes));
            Assert.Equal(expected, PlaneDifference.OfWords(code, planes, 0));
            Assert.Equal(expected, PlaneDifference.OfVector128(code, planes));
            if (Avx2.IsSupported)
            {
                Assert.Equal(expected, PlaneDifference.OfVector256(code, planes));
            }

            if (Avx512BW.IsSupported)
            {
                Assert.Equal(expected, PlaneDifference.OfVector512(code, planes));
            }
        },
        iter: 3000);

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(1 << 14)]
    public void Where_all_bits_differ_nothing_overflows(int words)
    {
        ulong[] code = new ulong[words];
        ulong[] planes = [.. Enumerable.Repeat(ulong.MaxValue, CodeQuery.Planes * words)];

        Assert.Equal(64 * 255 * words, PlaneDifference.Of(code, planes));
        Assert.Equal(64 * 255 * words, PlaneDifference.OfVector128(code, planes));
        Assert.Equal(64 * 255 * words, PlaneDifference.OfWords(code, planes, 0));
    }

    // Bit by bit.
    private static int Slow(ulong[] code, ulong[] planes)
    {
        int sum = 0;
        for (int bit = 0; bit < 64 * code.Length; bit++)
        {
            for (int plane = 0; plane < CodeQuery.Planes; plane++)
            {
                ulong other = planes[(plane * code.Length) + (bit / 64)];
                sum += ((code[bit / 64] >> (bit % 64)) & 1) == ((other >> (bit % 64)) & 1) ? 0 : 1 << plane;
            }
        }

        return sum;
    }
}
