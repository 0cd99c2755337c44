using System.Numerics.Tensors;

namespace Pipeline.Models;

/// <summary>Makes one vector of an output for one image.</summary>
internal static class PooledOutput
{
    /// <summary>Pools an output.</summary>
    /// <param name="output">The output of a batch of one: [1, d, 1...], [1, C, H, W] or [1, tokens, d].</param>
    /// <param name="pooling">How.</param>
    /// <returns>float[d].</returns>
    /// <exception cref="InvalidDataException">The output has no such shape; the message says what was expected.</exception>
    public static ReadOnlyMemory<float> Of(ModelOutput output, Pooling pooling)
    {
        IReadOnlyList<long> shape = output.Shape;
        return (pooling, shape.Count) switch
        {
            (Pooling.None, >= 2) when shape.Count(size => size != 1) <= 1 => output.Values,
            (Pooling.Mean, 4) => MeanOfPlanes(output.Values.Span, (int)shape[1]),
            (Pooling.Mean, 3) => MeanOfRows(output.Values.Span, (int)shape[2]),
            (Pooling.Cls, 3) => output.Values[..(int)shape[2]],
            _ => throw new InvalidDataException(
                $"The output '{output.Name}' has the shape [{string.Join(", ", shape)}], which the pooling " +
                $"'{pooling.ToString().ToLowerInvariant()}' does not make one vector of: none takes [N, d], mean takes [N, C, H, W] and " +
                "[N, tokens, d], cls takes [N, tokens, d]."),
        };
    }

    private static float[] MeanOfPlanes(ReadOnlySpan<float> values, int channels)
    {
        float[] mean = new float[channels];
        int area = values.Length / channels;
        for (int channel = 0; channel < channels; channel++)
        {
            mean[channel] = TensorPrimitives.Sum(values.Slice(channel * area, area)) / area;
        }

        return mean;
    }

    private static float[] MeanOfRows(ReadOnlySpan<float> values, int length)
    {
        float[] mean = new float[length];
        int rows = values.Length / length;
        for (int row = 0; row < rows; row++)
        {
            TensorPrimitives.Add(mean, values.Slice(row * length, length), mean);
        }

        TensorPrimitives.Divide(mean, rows, mean);
        return mean;
    }
}
