using System.Numerics.Tensors;

namespace Pipeline.Search.Codes;

/// <summary>
/// A query at 8 bits a dimension, kept as eight planes of bits, and what turns a count of bits into a cosine and its limits.
/// </summary>
/// <remarks>
/// With bits b standing for the signs x = ±1, a number of the query is w = the sum of 2^j * (±1 by the bit of plane j), odd and from -255 to
/// 255. Then x.w = 255 D - 2 * the sum over j of 2^j * popcount(b xor plane j): a count for each plane, and none of the code alone.
/// <para>
/// The paper rounds to 4 bits, at random so that nothing is biased. Measured (tests/reference/rabitq.py measure): 4 bits rounded to the
/// nearest give an image equal to the query a cosine that is 0.003 to 0.02 too high, because the rounding depends on the signs that are
/// the code; at random they blur it by 0.003 to 0.006, as far as near duplicates are apart. At 8 bits, rounded to the nearest, bias and
/// blur are 0.0002 or less, and nothing is left to chance.
/// </para>
/// </remarks>
internal sealed class CodeQuery
{
    public const int Planes = 8;

    // 2^8 - 1.
    private const int Levels = 255;

    // What the rounding of floats, here and in the exact cosines, may add to the errors.
    private const float Rounding = 1e-5f;

    private readonly ulong[] _planes;
    private readonly int _length;
    private readonly float _norm;
    private readonly float _factor;

    // Of a random direction's squared length in one dimension of those at a right angle to another; multiplied, as dividing takes longer.
    private readonly float _share;

    // L2 norm, squared, of what was rounded.
    private readonly float _lost;

    /// <param name="rotated">float[padded length]: the query minus the centre, rotated.</param>
    public CodeQuery(ReadOnlySpan<float> rotated)
    {
        _length = rotated.Length;
        _share = 1f / (_length - 1);
        _planes = new ulong[Planes * _length / 64];
        double squares = TensorPrimitives.SumOfSquares(rotated);
        _norm = (float)Math.Sqrt(squares);
        float half = squares > 0 ? Math.Abs(TensorPrimitives.MaxMagnitude(rotated)) / Levels : 1;
        double lost = 0;
        for (int i = 0; i < rotated.Length; i++)
        {
            int level = Math.Clamp((int)MathF.Floor((rotated[i] / (2 * half)) + (0.5f * (Levels + 1))), 0, Levels);
            double error = ((double)half * ((2 * level) - Levels)) - rotated[i];
            lost += error * error;
            for (int plane = 0; plane < Planes; plane++)
            {
                _planes[(plane * _length / 64) + (i / 64)] |= (ulong)((level >> plane) & 1) << (i % 64);
            }
        }

        // A query equal to the centre has nothing to be compared with: its factor is 0, whatever its levels are.
        _factor = squares > 0 ? half / MathF.Sqrt(_length) : 0;
        _lost = squares > 0 ? (float)lost : 0;
    }

    /// <summary>How many ulong the bits of one code take.</summary>
    public int Words => _length / 64;

    /// <summary>ulong[<see cref="Planes"/> * <see cref="Words"/>]: plane j, whose bits count 2^j, after plane j - 1.</summary>
    public ReadOnlySpan<ulong> Bits => _planes;

    /// <summary>The estimate of a code's cosine, unbiased over the draw of the rotation.</summary>
    /// <param name="difference">The sum over j of 2^j * popcount(code xor plane j), as <see cref="PlaneDifference"/> counts it.</param>
    /// <param name="scalars">The code's.</param>
    public float Estimate(int difference, CodeScalars scalars) =>
        (((Levels * _length) - (2 * difference)) * _factor * scalars.Norm * scalars.Stretch) + Offset(scalars);

    /// <summary>
    /// What the cosine lies between: outside with the probability that a normally distributed number is further than
    /// <paramref name="width"/> standard deviations from its mean.
    /// </summary>
    /// <param name="estimate">The estimate of the code.</param>
    /// <param name="scalars">The code's.</param>
    /// <param name="width">The paper's epsilon0; see <see cref="CodeScan.Width"/>.</param>
    /// <remarks>
    /// The paper's limits take the part of the query that can be in error to be all of it. It is the part at a right angle to the
    /// embedding, and shrinks as the two get nearer: with it the limits are the solutions of a quadratic equation, narrow for near
    /// duplicates. None is wider than what |r||s| allows.
    /// </remarks>
    public CosineLimits Limits(float estimate, CodeScalars scalars, float width)
    {
        float offset = Offset(scalars);
        float product = estimate - offset;
        float relative = RelativeVariance(scalars);
        float widening = 1 + (width * width * relative);
        float variance = Variance(scalars, relative);
        float radius = width * MathF.Sqrt(MathF.Max(0, (variance * widening) - (relative * product * product)));
        float most = _norm * scalars.Norm;
        float lower = Math.Clamp((product - radius) / widening, -most, most);
        float upper = Math.Clamp((product + radius) / widening, -most, most);
        return new CosineLimits(offset + lower - Rounding, offset + upper + Rounding);
    }

    /// <summary>The variance of an estimate's error.</summary>
    public float Noise(float estimate, CodeScalars scalars)
    {
        float relative = RelativeVariance(scalars);
        float product = estimate - Offset(scalars);
        return MathF.Max(0, Variance(scalars, relative) - (relative * product * product));
    }

    private float Offset(CodeScalars scalars) => 1 - (0.5f * ((_norm * _norm) + (scalars.Norm * scalars.Norm)));

    // Of the estimated r.s / (|r||s|), where they are at a right angle and the query is not rounded.
    private float RelativeVariance(CodeScalars scalars) => ((scalars.Stretch * scalars.Stretch) - 1) * _share;

    // Of the estimated r.s where they are at a right angle: of the query as it was, and of what was rounded.
    private float Variance(CodeScalars scalars, float relative) =>
        scalars.Norm * scalars.Norm * ((relative * _norm * _norm) + (_lost * (relative + _share)));
}
