using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Search.Codes;

/// <summary>The norms of some embeddings, of their differences from the centre.</summary>
/// <param name="Least">The smallest <see cref="CodeScalars.Norm"/>.</param>
/// <param name="Most">The largest.</param>
internal readonly record struct NormRange(float Least, float Most);

/// <summary>
/// Compares two codes with each other: one exclusive-or and count a word, with no query to prepare, so that all pairs of many images can be
/// compared. It only says which pairs are too far apart.
/// </summary>
/// <remarks>
/// A bit is the side of a random plane through the centre that an embedding lies on, so the bits of two embeddings at an angle differ with
/// the probability angle / pi (Charikar, "Similarity Estimation Techniques from Rounding Algorithms", STOC 2002). For independent planes
/// the number of those that differ is beyond k of n with a probability of at most exp(-n KL(k/n, angle / pi)) (Chernoff and Hoeffding); the
/// planes of a rotation are at right angles, which makes the number vary less (Ji et al., "Super-Bit Locality-Sensitive Hashing", NIPS
/// 2012).
/// </remarks>
internal static class CodeDifference
{
    // -ln of the probability that a pair just at the limit is missed: 1 in a million by the bound, which a normal distribution passes at 4.75
    // standard deviations. Nearer pairs are missed less often.
    private const double Rarity = 13.8;

    // What the rounding of floats, here and in the exact cosines, may add to the errors.
    private const double Rounding = 1e-5;

    // Words that are counted before the sum is looked at: most pairs differ too much before all of their words are counted.
    private const int Step = 8;

    /// <summary>How many bits may differ where the cosine of two embeddings is at least a limit.</summary>
    /// <param name="first">The first embedding's norm lies in it.</param>
    /// <param name="second">The second one's.</param>
    /// <param name="minCosine">-1 to 1.</param>
    /// <param name="bits">Bits of a code.</param>
    /// <returns>-1 where no two such embeddings have that cosine.</returns>
    public static int Most(NormRange first, NormRange second, float minCosine, int bits)
    {
        // With r and s, the differences from the centre, |r - s|² is 2 - 2 cosine, and cos(r, s) = (|r|/|s| + |s|/|r|) / 2 - |r - s|² / 2|r||s|.
        double distance = 2 * (1 - minCosine + Rounding);
        double smallest = (double)first.Least * second.Least;
        if (smallest <= 0)
        {
            return bits;
        }

        double ratio = Math.Min(1, Math.Min((double)first.Most / second.Least, (double)second.Most / first.Least));
        double least = ((ratio + (1 / ratio)) / 2) - (distance / (2 * smallest));
        return least > 1 ? -1 : Most(Math.Acos(Math.Max(-1, least)) / Math.PI, bits);
    }

    /// <summary>The number of bits that differ, or any number above <paramref name="most"/> where there are more than that.</summary>
    /// <param name="first">ulong[words].</param>
    /// <param name="second">ulong[words].</param>
    /// <param name="most">From where on it does not matter how many they are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(ReadOnlySpan<ulong> first, ReadOnlySpan<ulong> second, int most)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(first.Length, second.Length);
        ref ulong a = ref MemoryMarshal.GetReference(first);
        ref ulong b = ref MemoryMarshal.GetReference(second);
        int difference = 0;
        int i = 0;
        for (; i <= first.Length - Step && difference <= most; i += Step)
        {
            difference += Count(ref a, ref b, i) + Count(ref a, ref b, i + 1) + Count(ref a, ref b, i + 2) + Count(ref a, ref b, i + 3)
                + Count(ref a, ref b, i + 4) + Count(ref a, ref b, i + 5) + Count(ref a, ref b, i + 6) + Count(ref a, ref b, i + 7);
        }

        for (; i < first.Length && difference <= most; i++)
        {
            difference += Count(ref a, ref b, i);
        }

        return difference;

        static int Count(ref ulong a, ref ulong b, int i) => BitOperations.PopCount(Unsafe.Add(ref a, i) ^ Unsafe.Add(ref b, i));
    }

    // The last number that is not too rare for bits that each differ with a probability.
    private static int Most(double probability, int bits)
    {
        int low = (int)(probability * bits);
        int high = bits;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = bits * Divergence((double)middle / bits, probability) < Rarity ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    // Kullback and Leibler's, of a coin from another.
    private static double Divergence(double part, double probability) =>
        Term(part, probability) + Term(1 - part, 1 - probability);

    private static double Term(double part, double probability) => part <= 0 ? 0 : part * Math.Log(part / probability);
}
