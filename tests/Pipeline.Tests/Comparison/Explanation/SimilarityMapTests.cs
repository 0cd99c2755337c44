using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Pipeline.Comparison;
using Pipeline.Comparison.Explanation;
using Pipeline.Models;

namespace Pipeline.Tests.Comparison.Explanation;

public class SimilarityMapTests
{
    private const int Channels = 3;

    private static readonly Gen<(FeatureMaps Maps, float[] Other)> Any =
        from rows in Gen.Int[1, 6]
        from columns in Gen.Int[1, 6]
        from values in Gen.Float[0, 1000].Array[Channels * rows * columns]
        from other in Gen.Float[0.01f, 1000].Array[Channels]
        select (new FeatureMaps(5, "block", Channels, rows, columns, values), other);

    // fixtures/explanation.json, by NumPy in float64: tests/reference/explanation.py. Ours are summed in double, and rounded to float32.
    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    public void A_map_is_that_of_NumPy_within_rounding(string side, string other)
    {
        JsonNode reference = JsonNode.Parse(
            File.ReadAllText(Repository.Path("tests", "reference", "fixtures", "explanation.json")))!;

        var map = SimilarityMap.Of(Maps(reference[side]!), Average(Maps(reference[other]!)));

        float[] expected = [.. reference[side]!["cosines"].Deserialize<float[][]>()!.SelectMany(row => row)];
        Assert.Equal((5, 7), (map.Rows, map.Columns));
        Assert.Equal(expected, map.Values.ToArray(), (x, y) => Math.Abs(x - y) < 1e-6);
        Assert.Equal((expected.Min(), expected.Max()), (map.Min, map.Max), (x, y) =>
            Math.Abs(x.Item1 - y.Item1) < 1e-6 && Math.Abs(x.Item2 - y.Item2) < 1e-6);
        Assert.Equal(
            reference["cosine"]!.GetValue<double>(),
            VectorCosine.Between(Average(Maps(reference["a"]!)), Average(Maps(reference["b"]!))),
            1e-6);
    }

    [Fact]
    public void A_position_that_points_where_the_other_image_does_has_1_and_one_across_it_0()
    {
        // Two channels of 1 x 3 positions: along the other image's vector (3, 4), across it, and nothing at all.
        var maps = new FeatureMaps(5, "block", 2, 1, 3, new float[] { 6, 0, 0, 8, 0, 0 });
        var across = new FeatureMaps(5, "block", 2, 1, 1, new float[] { 4, -3 });

        Assert.Equal([1, 0, 0], SimilarityMap.Of(maps, [3, 4]).Values.ToArray(), (x, y) => Math.Abs(x - y) < 1e-6);
        Assert.Equal(0, SimilarityMap.Of(across, [3, 4]).Values.Span[0], 1e-6f);
    }

    [Fact]
    public void No_value_leaves_0_to_1_and_longer_vectors_change_none() => Any.Sample(sample =>
    {
        var map = SimilarityMap.Of(sample.Maps, sample.Other);
        float[] longer = [.. sample.Maps.Values.ToArray().Select(value => value * 4)];
        var longerMap = SimilarityMap.Of(sample.Maps with { Values = longer }, [.. sample.Other.Select(value => value / 8)]);

        Assert.All(map.Values.ToArray(), value => Assert.InRange(value, 0, 1));
        Assert.InRange(map.Min, 0, map.Max);
        Assert.Equal(map.Values.ToArray(), longerMap.Values.ToArray(), (x, y) => Math.Abs(x - y) < 1e-6);
    });

    [Fact]
    public void Weighted_by_the_lengths_of_the_positions_the_map_adds_up_to_the_cosine_of_the_images() => Any.Sample(sample =>
    {
        float[] values = sample.Maps.Values.ToArray();
        float[] average = Average(sample.Maps);
        double length = Math.Sqrt(average.Sum(value => (double)value * value));
        if (length == 0)
        {
            return;
        }

        int area = sample.Maps.Height * sample.Maps.Width;
        float[] map = SimilarityMap.Of(sample.Maps, sample.Other).Values.ToArray();
        double sum = map.Select((cosine, position) => cosine * Math.Sqrt(
            Enumerable.Range(0, Channels).Sum(channel => Math.Pow(values[(channel * area) + position], 2)))).Sum();

        Assert.Equal(VectorCosine.Between(average, sample.Other), sum / area / length, 1e-4);
    });

    [Fact]
    public void Another_image_without_direction_is_refused() => Assert.Throws<InvalidDataException>(
        () => SimilarityMap.Of(new FeatureMaps(5, "block", 2, 1, 1, new float[] { 1, 1 }), [0, 0]));

    private static FeatureMaps Maps(JsonNode side)
    {
        int[] shape = side["shape"].Deserialize<int[]>()!;
        float[] values = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(side["values"]!.GetValue<string>())).ToArray();
        return new FeatureMaps(5, "block", shape[0], shape[1], shape[2], values);
    }

    private static float[] Average(FeatureMaps maps) => PooledOutput.Of(
        new ModelOutput("block", [1, maps.Channels, maps.Height, maps.Width], maps.Values), Pooling.Mean).ToArray();
}
