using CsCheck;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Drawing;

public class ImageEncoderTests
{
    [Fact]
    public void A_PNG_brings_every_pixel_back() => Picture.Any.Sample(image =>
    {
        RgbImage back = Picture.Decode(ImageEncoder.ToPng(image));

        Assert.Equal((image.Width, image.Height), (back.Width, back.Height));
        Assert.Equal(image.Pixels.ToArray(), back.Pixels.ToArray());
    });

    [Fact]
    public void A_JPEG_is_the_smaller_the_lower_its_quality()
    {
        RgbImage image = Picture.Load("rgb.png");

        int[] lengths = [.. new[] { 1, 50, 90, 100 }.Select(quality => ImageEncoder.ToJpeg(image, quality).Length)];

        Assert.Equal(lengths.Order(), lengths);
        Assert.Distinct(lengths);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void A_quality_that_is_none_is_refused(int quality) => Assert.Contains(
        "from 1 to 100",
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageEncoder.ToJpeg(Picture.Load("rgb.png"), quality)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_picture_too_long_for_JPEG_is_refused_with_the_way_out()
    {
        var strip = new RgbImage(65_536, 1, new byte[65_536 * 3]);

        Assert.Contains("Write a PNG", Assert.Throws<ArgumentException>(() => ImageEncoder.ToJpeg(strip, 90)).Message, StringComparison.Ordinal);
        Assert.Equal(65_536, Picture.Decode(ImageEncoder.ToPng(strip)).Width);
    }
}
