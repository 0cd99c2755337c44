using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Tests.ModelBuilding;

public class SeededWeightsTests
{
    public static TheoryData<string, string, int[], string> Draws()
    {
        var data = new TheoryData<string, string, int[], string>();
        using var json = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "draws.json")));
        foreach (JsonElement draw in json.RootElement.EnumerateArray())
        {
            data.Add(
                draw.GetProperty("layer").GetString()!,
                draw.GetProperty("weight").GetString()!,
                [.. draw.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())],
                draw.GetProperty("sha256").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Draws))]
    public void The_draw_is_bit_for_bit_that_of_the_NumPy_implementation(string layer, string weight, int[] shape, string sha256)
    {
        float[] values = new float[shape.Aggregate(1, (product, size) => product * size)];

        new SeededWeights(1).Read(layer, weight, shape, values);

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan()))));
    }

    [Fact]
    public void A_kernel_has_the_standard_deviation_of_He_et_al()
    {
        float[] values = new float[3 * 3 * 64 * 128];

        new SeededWeights(1).Read("block2_conv1", "kernel", [3, 3, 64, 128], values);

        double deviation = Math.Sqrt(values.Sum(value => (double)value * value) / values.Length);
        Assert.Equal(Math.Sqrt(2.0 / (3 * 3 * 64)), deviation, tolerance: 0.0005);
        Assert.Equal(0, values.Average(), tolerance: 0.001);
    }

    [Fact]
    public void Another_seed_is_another_model()
    {
        float[] one = new float[64];
        float[] two = new float[64];

        new SeededWeights(1).Read("conv1_conv", "bias", [64], one);
        new SeededWeights(2).Read("conv1_conv", "bias", [64], two);

        Assert.NotEqual(one, two);
    }

    [Fact]
    public void Seeded_weights_say_that_they_are_untrained() => Assert.Equal(WeightsOrigin.Untrained, new SeededWeights(1).Origin);

    [Fact]
    public void An_unknown_weight_is_refused_by_its_name() =>
        Assert.Contains(
            "conv1_conv' has no weight 'colour",
            Assert.Throws<InvalidDataException>(() => new SeededWeights(1).Read("conv1_conv", "colour", [1], new float[1])).Message,
            StringComparison.Ordinal);
}
