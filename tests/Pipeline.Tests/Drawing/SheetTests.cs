using CsCheck;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Drawing;

/// <summary>Contact sheets and pairs of images.</summary>
public class SheetTests
{
    private const int Margin = 12;
    private const int Cell = 60;

    // A cell, six pixels, a line of text of 22, a margin.
    private const int RowHeight = Cell + 6 + 22 + Margin;

    private static readonly RgbImage Black = Picture.Draw(30, 15, (_, _) => 0);

    [Theory]
    [InlineData(1, 5, 1, 1)]
    [InlineData(5, 5, 5, 1)]
    [InlineData(6, 5, 5, 2)]
    [InlineData(10, 3, 3, 4)]
    public void A_sheet_has_the_rows_and_columns_it_takes(int images, int columns, int expectedColumns, int expectedRows)
    {
        RgbImage sheet = ContactSheet.Draw([.. Enumerable.Repeat(new CaptionedImage("", Black), images)], columns, Cell);

        Assert.Equal(Margin + (expectedColumns * (Cell + Margin)), sheet.Width);
        Assert.Equal(Margin + (expectedRows * RowHeight), sheet.Height);
    }

    [Fact]
    public void An_image_fills_its_cell_as_far_as_its_aspect_ratio_lets_it()
    {
        RgbImage sheet = ContactSheet.Draw([new("", Black)], 1, Cell);

        // Twice as wide as high: from 15 to 45 of 60 rows.
        Assert.Equal(255, Picture.At(sheet, Margin + 30, Margin + 12).Red);
        Assert.Equal(0, Picture.At(sheet, Margin + 2, Margin + 30).Red);
        Assert.Equal(0, Picture.At(sheet, Margin + 57, Margin + 17).Red);
        Assert.Equal(0, Picture.At(sheet, Margin + 57, Margin + 42).Red);
        Assert.Equal(255, Picture.At(sheet, Margin + 30, Margin + 48).Red);
    }

    [Fact]
    public void A_caption_is_written_below_its_image_and_cut_to_the_cell()
    {
        var white = new RgbImage(1, 1, new byte[] { 255, 255, 255 });

        RgbImage few = ContactSheet.Draw([new("", white), new("ab", white)], 2, Cell);
        RgbImage many = ContactSheet.Draw([new(new string('W', 500), white), new("", white)], 2, Cell);

        Assert.Equal(0, Dark(few, Margin, Cell));
        Assert.InRange(Dark(few, Margin + Cell + Margin, Cell), 40, 400);
        Assert.InRange(Dark(many, Margin, Cell), 40, 800);
        Assert.Equal(0, Dark(many, Margin + Cell, Margin + Cell));
    }

    [Fact]
    public void Whatever_the_images_and_captions_there_is_a_sheet() =>
        Gen.Select(Gen.Select(Gen.String, Picture.Any).Array[1, 6], Gen.Int[1, 8], Gen.Int[16, 100]).Sample(
            (images, columns, cell) => Assert.InRange(
                ContactSheet.Draw([.. images.Select(image => new CaptionedImage(image.Item1, image.Item2))], columns, cell).Width,
                cell,
                8 * (cell + Margin) + Margin),
            iter: 50);

    [Fact]
    public void A_sheet_without_images_or_of_no_size_or_too_large_is_refused()
    {
        CaptionedImage image = new("", Black);

        Assert.Contains(
            "at least one", Assert.Throws<ArgumentException>(() => ContactSheet.Draw([], 1, Cell)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ContactSheet.Draw([image], 0, Cell));
        Assert.Throws<ArgumentOutOfRangeException>(() => ContactSheet.Draw([image], 1, 15));
        Assert.Throws<ArgumentOutOfRangeException>(() => ContactSheet.Draw([image], 1, 4097));
        Assert.Contains(
            "at most 100 megapixels",
            Assert.Throws<ArgumentException>(() => ContactSheet.Draw([.. Enumerable.Repeat(image, 50)], 10, 4096)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Two_images_stand_beside_each_other_at_equal_height()
    {
        RgbImage pair = SideBySide.Draw(Picture.Draw(10, 20, (_, _) => 0), Picture.Draw(500, 500, (_, _) => 100), []);

        Assert.Equal((16 + 180 + 16 + 360 + 16, 16 + 360 + 16), (pair.Width, pair.Height));
        Assert.Equal(0, Picture.At(pair, 16, 16).Red);
        Assert.Equal(0, Picture.At(pair, 16 + 179, 16 + 359).Red);
        Assert.Equal(255, Picture.At(pair, 16 + 180 + 8, 16 + 180).Red);
        Assert.Equal(100, Picture.At(pair, 16 + 180 + 16, 16).Red);
        Assert.Equal(100, Picture.At(pair, 16 + 180 + 16 + 359, 16 + 359).Red);
    }

    [Fact]
    public void A_panorama_is_drawn_lower_rather_than_wider()
    {
        RgbImage pair = SideBySide.Draw(Picture.Draw(5000, 1, (_, _) => 0), Picture.Draw(2001, 1000, (_, _) => 0), []);

        Assert.Equal((16 + 720 + 16 + 720 + 16, 16 + 360 + 16), (pair.Width, pair.Height));
    }

    [Fact]
    public void Lines_are_written_below_and_make_the_sheet_wide_enough_for_120_letters()
    {
        RgbImage narrow = SideBySide.Draw(Black, Black, ["VGG16", "ResNet50"]);
        RgbImage wide = SideBySide.Draw(Picture.Draw(1, 9, (_, _) => 0), Picture.Draw(1, 9, (_, _) => 0), [new string('x', 500)]);

        Assert.Equal(16 + 360 + 16 + (2 * 22) + 16, narrow.Height);
        Assert.InRange(Dark(narrow, 16 + 360 + 16, 22, 16, 6 * 12), 40, 800);
        Assert.InRange(Dark(narrow, 16 + 360 + 16 + 22, 22, 16, 9 * 12), 40, 1200);
        Assert.Equal((2 * 16) + (120 * 12), wide.Width);
    }

    // Dark pixels in the line of captions between two columns.
    private static int Dark(RgbImage sheet, int left, int width) => Dark(sheet, Margin + Cell + 6, 22, left, width);

    private static int Dark(RgbImage image, int top, int height, int left, int width) =>
        Enumerable.Range(top, height).Sum(y => Enumerable.Range(left, width).Count(x => Picture.At(image, x, y).Red < 100));
}
