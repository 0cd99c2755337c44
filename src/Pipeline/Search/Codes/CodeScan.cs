using System.Runtime.CompilerServices;

namespace Pipeline.Search.Codes;

/// <summary>Compares a query with many codes that lie one behind the other.</summary>
internal static class CodeScan
{
    /// <summary>
    /// The limits' width in standard deviations. The cosine is above its upper limit for 2 of 10,000 codes; those lost to search are the
    /// few of them that are among the nearest.
    /// </summary>
    public const float Width = 3.5f;

    /// <summary>The upper limit of an image that is left out.</summary>
    public const float LeftOut = float.NegativeInfinity;

    /// <summary>Estimates the cosines of all codes.</summary>
    /// <param name="query">The query.</param>
    /// <param name="codes">ulong[n * <see cref="CodeQuery.Words"/>].</param>
    /// <param name="scalars">[n].</param>
    /// <param name="estimates">float[n].</param>
    public static void Estimate(CodeQuery query, ReadOnlySpan<ulong> codes, ReadOnlySpan<CodeScalars> scalars, Span<float> estimates)
    {
        Check(query, codes, scalars, estimates);
        for (int i = 0; i < scalars.Length; i++)
        {
            int difference = PlaneDifference.Of(codes.Slice(i * query.Words, query.Words), query.Bits);
            estimates[i] = query.Estimate(difference, scalars[i]);
        }
    }

    /// <summary>The upper limits of the cosines of all codes, and sums over their estimates: all that a search needs of a segment.</summary>
    /// <param name="query">The query.</param>
    /// <param name="codes">ulong[n * <see cref="CodeQuery.Words"/>].</param>
    /// <param name="scalars">[n].</param>
    /// <param name="searched">
    /// ulong[n / 64, rounded up], bit i of the whole for code i: only codes with 1 are read, the others get <see cref="LeftOut"/>. Empty
    /// means all.
    /// </param>
    /// <param name="upperLimits">float[n].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static EstimateSums UpperLimits(
        CodeQuery query,
        ReadOnlySpan<ulong> codes,
        ReadOnlySpan<CodeScalars> scalars,
        ReadOnlySpan<ulong> searched,
        Span<float> upperLimits)
    {
        Check(query, codes, scalars, upperLimits);
        EstimateSums sums = default;
        for (int i = 0; i < scalars.Length; i++)
        {
            if (!searched.IsEmpty && (searched[i / 64] >> (i % 64) & 1) == 0)
            {
                upperLimits[i] = LeftOut;
                continue;
            }

            int difference = PlaneDifference.Of(codes.Slice(i * query.Words, query.Words), query.Bits);
            float estimate = query.Estimate(difference, scalars[i]);
            upperLimits[i] = query.Limits(estimate, scalars[i], Width).Upper;
            sums = sums.With(estimate, query.Noise(estimate, scalars[i]));
        }

        return sums;
    }

    private static void Check(
        CodeQuery query, ReadOnlySpan<ulong> codes, ReadOnlySpan<CodeScalars> scalars, Span<float> results)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(codes.Length, scalars.Length * query.Words);
        ArgumentOutOfRangeException.ThrowIfNotEqual(results.Length, scalars.Length);
    }
}
