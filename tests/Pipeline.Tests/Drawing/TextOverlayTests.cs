using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Drawing;

public class TextOverlayTests
{
    [Fact]
    public void White_letters_with_a_black_edge_lie_over_the_middle()
    {
        RgbImage image = TextOverlay.Write(Picture.Draw(300, 200, (_, _) => 128), "III");
        byte[] levels = [.. Enumerable.Range(0, 300).SelectMany(x => Enumerable.Range(0, 200).Select(y => Picture.At(image, x, y).Red))];

        // An I has 11 dots, and each is 13 pixels wide: 240 pixels for 18 columns.
        Assert.Equal(3 * 11 * 13 * 13, levels.Count(level => level == 255));
        Assert.InRange(levels.Count(level => level == 0), 3000, 9000);
        Assert.Equal(128, Picture.At(image, 5, 100).Red);
        Assert.Equal(128, Picture.At(image, 150, 10).Red);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(20, 3)]
    [InlineData(2, 500)]
    public void A_picture_smaller_than_the_text_gets_a_part_of_it(int width, int height)
    {
        RgbImage image = TextOverlay.Write(Picture.Draw(width, height, (_, _) => 128), "SAMPLE TEXT");

        Assert.Equal((width, height), (image.Width, image.Height));
    }
}
