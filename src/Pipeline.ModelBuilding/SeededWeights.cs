using System.Text;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.ModelBuilding;

/// <summary>
/// Untrained weights drawn from a seed: He normal (He et al. 2015, standard deviation sqrt(2 / fan-in)) for kernels, small offsets for the
/// rest. Bit for bit the same on every machine: the draws are sums of integers, followed by exactly rounded arithmetic.
/// </summary>
/// <param name="seed">The seed; each gives another model.</param>
internal sealed class SeededWeights(ulong seed) : IWeightSource
{
    // The sum of twelve uniforms of 16 bits: mean 12 * 65535 / 2, standard deviation 65536 to nine digits, close to normal.
    private const int MeanOfTwelve = 12 * 65535 / 2;
    private const double Deviation = 65536;

    // Elements that one thread draws at a time.
    private const int Stripe = 1 << 18;

    /// <inheritdoc/>
    public WeightsOrigin Origin => WeightsOrigin.Untrained;

    /// <inheritdoc/>
    public unsafe void Read(string layer, string weight, ReadOnlySpan<int> shape, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(layer);
        (double offset, double scale) = Distribution(layer, weight, shape);
        ulong stream = StreamOf($"{seed}:{layer}/{weight}");
        int length = destination.Length;
        fixed (float* pinned = destination)
        {
            // A lambda cannot capture a span; the pointer stays pinned until the loop ends.
            float* values = pinned;
            Parallel.For(0, (length + Stripe - 1) / Stripe, stripe =>
            {
                int end = Math.Min(length, (stripe + 1) * Stripe);
                for (int i = stripe * Stripe; i < end; i++)
                {
                    values[i] = (float)(offset + (scale * StandardNormal(stream, (ulong)i)));
                }
            });
        }
    }

    private static (double Offset, double Scale) Distribution(string layer, string weight, ReadOnlySpan<int> shape)
    {
        switch (weight)
        {
            case "kernel":
                long fanIn = 1;
                foreach (int dimension in shape[..^1])
                {
                    fanIn *= dimension;
                }

                double deviation = Math.Sqrt(2.0 / fanIn);

                // Pixels are in the hundreds: the first layer brings them to the order of 1, and untrained layers keep that order.
                return (0, layer is "block1_conv1" or "conv1_conv" ? deviation / 64 : deviation);
            case "gamma":
                // The last one of a residual block is small, because otherwise the signal would grow too large over sixteen blocks.
                return layer.EndsWith("_3_bn", StringComparison.Ordinal) ? (0.25, 0.025) : (1, 0.1);
            case "moving_variance":
                // 0.05 times the draw stays within 0.3 of 1: a variance is positive.
                return (1, 0.05);
            case "bias" or "beta" or "moving_mean":
                return (0, 0.1);
            default:
                throw new InvalidDataException($"The layer '{layer}' has no weight '{weight}'.");
        }
    }

    // Each element is computed on its own, from three numbers of the counter-based generator.
    private static double StandardNormal(ulong stream, ulong index)
    {
        ulong first = stream + (((index * 3) + 1) * SplitMix64.Golden);
        ulong second = first + SplitMix64.Golden;
        int sum = Lanes(SplitMix64.Mix(first)) + Lanes(SplitMix64.Mix(second)) + Lanes(SplitMix64.Mix(second + SplitMix64.Golden));
        return (sum - MeanOfTwelve) / Deviation;
    }

    private static int Lanes(ulong z) => (int)((z & 0xFFFF) + ((z >> 16) & 0xFFFF) + ((z >> 32) & 0xFFFF) + (z >> 48));

    // FNV-1a, 64 bits.
    private static ulong StreamOf(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte part in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ part) * 0x100000001B3;
        }

        return hash;
    }
}
