using CsCheck;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Drawing;

public class FeatureMapGridTests
{
    private const int Gap = 2;

    [Theory]
    [InlineData(7, 112)]
    [InlineData(14, 112)]
    [InlineData(28, 112)]
    [InlineData(56, 112)]
    [InlineData(112, 112)]
    [InlineData(224, 224)]
    [InlineData(10, 120)]
    public void A_cell_is_a_whole_multiple_of_the_map_and_at_least_112_pixels(int side, int cell)
    {
        RgbImage grid = FeatureMapGrid.Draw(new float[64 * side * side], 64, side, side);

        Assert.Equal((Gap + (8 * (cell + Gap)), Gap + (8 * (cell + Gap))), (grid.Width, grid.Height));
    }

    [Fact]
    public void Each_value_is_a_square_stretched_between_its_own_maps_extremes()
    {
        // 2 x 2 maps: 56 pixels a value. The second has the tenfold range of the first and looks the same.
        RgbImage grid = FeatureMapGrid.Draw([-1, 0, 0.5f, 1, -10, 0, 5, 10], 2, 2, 2);

        foreach (int left in new[] { Gap, Gap + 112 + Gap })
        {
            Assert.Equal(0, Grey(grid, left, Gap));
            Assert.Equal(0, Grey(grid, left + 55, Gap + 55));
            Assert.Equal(128, Grey(grid, left + 56, Gap));
            Assert.Equal(191, Grey(grid, left, Gap + 56));
            Assert.Equal(255, Grey(grid, left + 111, Gap + 111));
        }
    }

    [Fact]
    public void Maps_lie_in_the_order_of_their_channels_and_the_65th_is_left_out()
    {
        // Channel c of 65 has its largest value at position c; in the last, all is largest but the first.
        float[] maps = new float[65 * 100];
        for (int channel = 0; channel < 64; channel++)
        {
            maps[(channel * 100) + channel] = 1;
        }

        maps.AsSpan(6401).Fill(1);
        RgbImage grid = FeatureMapGrid.Draw(maps, 65, 10, 10);

        for (int channel = 0; channel < 64; channel++)
        {
            int left = Gap + (channel % 8 * 122) + (channel % 10 * 12);
            int top = Gap + (channel / 8 * 122) + (channel / 10 * 12);
            Assert.Equal(255, Grey(grid, left + 6, top + 6));
            Assert.Equal(channel == 0 ? 255 : 0, Grey(grid, Gap + (channel % 8 * 122), Gap + (channel / 8 * 122)));
        }
    }

    [Fact]
    public void Missing_channels_stay_white()
    {
        RgbImage grid = FeatureMapGrid.Draw(new float[49], 1, 7, 7);

        Assert.Equal(0, Grey(grid, Gap, Gap));
        Assert.Equal(255, Grey(grid, Gap + 112 + Gap, Gap));
        Assert.Equal(255, Grey(grid, grid.Width - 1, grid.Height - 1));
    }

    [Fact]
    public void Values_that_are_no_numbers_are_black_and_stretch_nothing()
    {
        RgbImage grid = FeatureMapGrid.Draw(
            [float.NaN, float.PositiveInfinity, 3, 7, float.NaN, float.NaN, float.NegativeInfinity, 5], 2, 2, 2);

        Assert.Equal([0, 0, 0, 255], Corners(grid, Gap));
        Assert.Equal([0, 0, 0, 0], Corners(grid, Gap + 112 + Gap));
    }

    [Fact]
    public void The_widest_span_of_floats_is_stretched_too() =>
        Assert.Equal([0, 255, 128, 0], Corners(FeatureMapGrid.Draw([float.MinValue, float.MaxValue, 0, float.MinValue], 1, 2, 2), Gap));

    [Fact]
    public void Whatever_the_values_a_map_of_several_goes_from_black_to_white() => Gen.Float.Array[3 * 3].Sample(
        map =>
        {
            RgbImage grid = FeatureMapGrid.Draw(map, 1, 3, 3);

            byte[] levels = [.. Enumerable.Range(0, 9).Select(i => Grey(grid, Gap + (i % 3 * 38) + 19, Gap + (i / 3 * 38) + 19))];
            int different = map.Where(float.IsFinite).Distinct().Count();
            Assert.Equal(0, levels.Min());
            Assert.Equal(different > 1 ? 255 : 0, levels.Max());
        },
        iter: 200);

    [Fact]
    public void A_wrong_number_of_values_is_refused_with_both() => Assert.Contains(
        "2 maps of 3 x 4 are 24 values, not 23",
        Assert.Throws<ArgumentException>(() => FeatureMapGrid.Draw(new float[23], 2, 3, 4)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void An_invalid_size_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureMapGrid.Draw([], 0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureMapGrid.Draw([], 1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureMapGrid.Draw(new float[2000], 1, 1, 2000));
    }

    private static byte Grey(RgbImage image, int x, int y)
    {
        (byte red, byte green, byte blue) = Picture.At(image, x, y);
        Assert.True(red == green && green == blue);
        return red;
    }

    private static byte[] Corners(RgbImage grid, int left) =>
        [Grey(grid, left, Gap), Grey(grid, left + 111, Gap), Grey(grid, left, Gap + 111), Grey(grid, left + 111, Gap + 111)];
}
