using System.Runtime.InteropServices;
using System.Text.Json;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Tests.ModelBuilding;

/// <summary>
/// An image, and the outputs of PyTorch in float64 for it (<c>tests/reference/networks.py</c>). The integration tests compile this file
/// too.
/// </summary>
internal static class NetworkReference
{
    private const double Tolerance = 1e-4;

    /// <summary>The same pattern as picture() in networks.py, or its upper left corner.</summary>
    public static RgbImage Image(int size = 224)
    {
        byte[] pixels = new byte[size * size * 3];
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                for (int c = 0; c < 3; c++)
                {
                    pixels[(((y * size) + x) * 3) + c] = (byte)(((3 * x) + (5 * y) + (71 * c) + (x * y / 16)) % 256);
                }
            }
        }

        return new RgbImage(size, size, pixels);
    }

    /// <summary>Compares every output of a model with the reference.</summary>
    /// <param name="reference">From the model's outputs to their shapes, norms and values, as fixture() in networks.py writes them.</param>
    /// <param name="outputs">Those to compare; there is at least one.</param>
    public static void AssertAgreement(JsonElement reference, IReadOnlyList<ModelOutput> outputs)
    {
        Assert.NotEmpty(outputs);
        Assert.All(outputs, output =>
        {
            JsonElement expected = reference.GetProperty(output.Name);
            float[] samples = MemoryMarshal.Cast<byte, float>(expected.GetProperty("values").GetBytesFromBase64()).ToArray();
            float[] values = output.Values.ToArray();
            int step = expected.GetProperty("step").GetInt32();
            double difference = Norm(samples.Select((sample, i) => (double)sample - values[i * step]))
                / Norm(samples.Select(sample => (double)sample));
            TestContext.Current.TestOutputHelper!.WriteLine($"{output.Name}: relative difference {difference:e1}");

            Assert.Equal([1, .. expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())], output.Shape);
            Assert.Equal(1, Norm(values.Select(value => (double)value)) / expected.GetProperty("norm").GetDouble(), Tolerance);
            Assert.InRange(difference, 0, Tolerance);
        });
    }

    public static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));
}
