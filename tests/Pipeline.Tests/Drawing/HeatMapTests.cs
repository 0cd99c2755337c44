using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Drawing;

public class HeatMapTests
{
    private static readonly RgbImage Grey = Picture.Draw(64, 32, (_, _) => 128);

    [Fact]
    public void Colours_grow_lighter_all_the_way_and_end_where_values_do()
    {
        double[] lightness = [.. Enumerable.Range(0, 101).Select(i => Lightness(HeatColours.Of(i / 100f)))];

        Assert.Equal(lightness.Order(), lightness);
        Assert.Distinct(lightness);
        Assert.InRange(lightness[^1] - lightness[0], 70, 90);
        Assert.Equal((HeatColours.Of(0), HeatColours.Of(1)), (HeatColours.Of(-3), HeatColours.Of(7)));
    }

    [Fact]
    public void The_warmest_cell_is_the_brightest_place_and_lies_where_the_grid_has_it()
    {
        RgbImage drawn = HeatMap.Draw(Grey, new float[] { 0, 0, 0, 0, 0, 0, 1, 0 }, 2, 4, 0, 1);

        (int x, int y) = Brightest(drawn);
        Assert.Equal((64, 32), (drawn.Width, drawn.Height));
        Assert.InRange(x, 36, 44);
        Assert.InRange(y, 20, 32);
        Assert.True(Picture.At(drawn, 40, 24).Red > Picture.At(drawn, 8, 8).Red + 60);
    }

    [Fact]
    public void Equal_values_and_a_single_cell_give_one_colour()
    {
        RgbImage equal = HeatMap.Draw(Grey, new float[] { 0.4f, 0.4f }, 1, 2, 0.4f, 0.4f);
        RgbImage single = HeatMap.Draw(Grey, new float[] { 0.5f }, 1, 1, 0, 1);

        Assert.Single(Colours(equal));
        Assert.Single(Colours(single));
        Assert.Equal(Picture.At(HeatMap.Draw(Grey, new float[] { 0 }, 1, 1, 0, 1), 0, 0), Picture.At(equal, 0, 0));
    }

    [Fact]
    public void What_the_image_shows_stays_visible_under_the_highest_value_and_its_colours_do_not()
    {
        RgbImage checks = Picture.Draw(32, 32, (x, _) => x < 16 ? (byte)0 : (byte)255);
        RgbImage red = new(2, 1, new byte[] { 200, 0, 0, 0, 0, 0 });
        RgbImage grey = new(2, 1, new byte[] { 60, 60, 60, 0, 0, 0 });

        RgbImage drawn = HeatMap.Draw(checks, new float[] { 1 }, 1, 1, 0, 1);

        Assert.InRange(Picture.At(drawn, 20, 5).Green - Picture.At(drawn, 5, 5).Green, 60, 100);
        Assert.Equal(
            Picture.At(HeatMap.Draw(grey, new float[] { 0.5f }, 1, 1, 0, 1), 0, 0),
            Picture.At(HeatMap.Draw(red, new float[] { 0.5f }, 1, 1, 0, 1), 0, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3f)]
    [InlineData(1)]
    public void A_value_has_the_same_colour_on_a_dark_image_as_on_a_bright_one(float value) =>
        Assert.Single(new byte[] { 0, 77, 128, 255 }.Select(level => ColourOf(level, value)).Distinct());

    [Fact]
    public void The_scale_begins_with_the_darkest_colour_and_ends_with_the_brightest()
    {
        RgbImage scale = HeatMap.DrawScale(0.12f, 0.98f);

        (byte Red, byte Green, byte Blue)[] row = [.. Enumerable.Range(0, scale.Width).Select(x => Picture.At(scale, x, 0))];
        int first = Array.IndexOf(row, ColourOf(128, 0));
        int last = Array.LastIndexOf(row, ColourOf(128, 1));
        Assert.InRange(last - first, 200, 260);
    }

    [Fact]
    public void A_grid_of_another_length_is_refused() => Assert.Contains(
        "A grid of 2 x 3 has 6 values, not 5.",
        Assert.Throws<ArgumentException>(() => HeatMap.Draw(Grey, new float[5], 2, 3, 0, 1)).Message,
        StringComparison.Ordinal);

    private static (byte, byte, byte) ColourOf(byte level, float value) =>
        Picture.At(HeatMap.Draw(Picture.Draw(3, 3, (_, _) => level), new float[] { value }, 1, 1, 0, 1), 1, 1);

    private static HashSet<(byte, byte, byte)> Colours(RgbImage image) =>
        [.. from y in Enumerable.Range(0, image.Height) from x in Enumerable.Range(0, image.Width) select Picture.At(image, x, y)];

    private static (int X, int Y) Brightest(RgbImage image) =>
        (from y in Enumerable.Range(0, image.Height) from x in Enumerable.Range(0, image.Width) select (x, y))
        .MaxBy(place => Picture.At(image, place.x, place.y).Green);

    /// <summary>L* of CIELAB for sRGB under D65 (IEC 61966-2-1, CIE 15).</summary>
    private static double Lightness((byte Red, byte Green, byte Blue) colour)
    {
        double luminance = (0.2126 * Linear(colour.Red)) + (0.7152 * Linear(colour.Green)) + (0.0722 * Linear(colour.Blue));
        return luminance > 216.0 / 24389 ? (116 * Math.Cbrt(luminance)) - 16 : luminance * 24389 / 27;

        static double Linear(byte value) =>
            value <= 10 ? value / 255.0 / 12.92 : Math.Pow(((value / 255.0) + 0.055) / 1.055, 2.4);
    }
}
