using System.Buffers.Binary;
using System.Text;
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
    public void A_grey_PNG_brings_every_level_back_in_one_channel()
    {
        RgbImage levels = Picture.Draw(256, 3, (x, _) => (byte)x);

        byte[] png = ImageEncoder.ToPng(levels);

        // The colour type stands after the signature, the chunk's head, width, height and depth.
        Assert.Equal(0, png[25]);
        Assert.Equal(levels.Pixels.ToArray(), Picture.Decode(png).Pixels.ToArray());
    }

    [Fact]
    public void Files_hold_nothing_but_the_image()
    {
        byte[] png = ImageEncoder.ToPng(Picture.Load("rgb.png"));

        Assert.Equal(["IHDR", "IDAT", "IEND"], Chunks(png).Distinct());
    }

    [Theory]
    [InlineData(89, 0x22)]
    [InlineData(90, 0x11)]
    public void Chroma_is_halved_both_ways_below_quality_90(int quality, byte luminance)
    {
        byte[] jpeg = ImageEncoder.ToJpeg(Picture.Load("rgb.png"), quality);

        // Start of a baseline frame, 17 bytes long, 8 bits; its first component's sampling factors come after size, count and number.
        int frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0, 0, 17, 8]);
        Assert.Equal(luminance, jpeg[frame + 11]);
    }

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
    public void An_invalid_quality_is_refused(int quality) => Assert.Contains(
        "from 1 to 100",
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageEncoder.ToJpeg(Picture.Load("rgb.png"), quality)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void An_image_too_long_for_JPEG_is_refused_with_the_way_out()
    {
        var strip = new RgbImage(65_536, 1, new byte[65_536 * 3]);

        Assert.Contains(
            "Write a PNG", Assert.Throws<ArgumentException>(() => ImageEncoder.ToJpeg(strip, 90)).Message, StringComparison.Ordinal);
        Assert.Equal(65_536, Picture.Decode(ImageEncoder.ToPng(strip)).Width);
    }

    private static IEnumerable<string> Chunks(byte[] png)
    {
        for (int i = 8; i < png.Length; i += 12 + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(i)))
        {
            yield return Encoding.ASCII.GetString(png, i + 4, 4);
        }
    }
}
