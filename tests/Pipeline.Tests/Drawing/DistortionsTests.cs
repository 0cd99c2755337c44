using CsCheck;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Drawing;

public class DistortionsTests
{
    private static readonly RgbImage Image = Picture.Load("rgb.png");

    [Fact]
    public void The_least_of_each_leaves_the_picture() => Picture.Any.Sample(image => Assert.All(
        (RgbImage[])
        [
            Distortions.Rotate(image, 0),
            Distortions.CropCentre(image, 1),
            Distortions.Blur(image, 0),
            Distortions.ScaleBrightness(image, 1),
        ],
        distorted => Assert.Equal(image.Pixels.ToArray(), distorted.Pixels.ToArray())));

    [Fact]
    public void Rotation_is_that_of_the_augmentation() => Assert.Equal(
        Augmentation.Apply(Image, AugmentationTransform.Identity with { Rotation = 33 }).Pixels.ToArray(),
        Distortions.Rotate(Image, 33).Pixels.ToArray());

    [Theory]
    [InlineData(0.5, 48, 30)]
    [InlineData(0.9, 87, 55)]
    [InlineData(0.001, 1, 1)]
    public void A_crop_keeps_the_middle(double fraction, int width, int height)
    {
        RgbImage middle = Distortions.CropCentre(Image, fraction);

        Assert.Equal((width, height), (middle.Width, middle.Height));
        (int left, int top) = ((97 - width) / 2, (61 - height) / 2);
        Assert.Equal(Picture.At(Image, left, top), Picture.At(middle, 0, 0));
        Assert.Equal(Picture.At(Image, left + width - 1, top + height - 1), Picture.At(middle, width - 1, height - 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    [InlineData(6)]
    public void A_blurred_edge_is_the_integral_of_a_Gaussian(double sigma)
    {
        RgbImage edge = Picture.Draw(80, 5, (x, _) => x < 40 ? (byte)0 : (byte)200);

        RgbImage blurred = Distortions.Blur(edge, sigma);

        double[] weights = [.. Enumerable.Range(-200, 401).Select(x => Math.Exp(-x * x / (2 * sigma * sigma)))];
        for (int x = 0; x < 80; x++)
        {
            // Of the weights about x, those that fall on the bright side.
            double expected = 200 * weights.Skip(200 + 40 - x).Sum() / weights.Sum();
            Assert.Equal(expected, Picture.At(blurred, x, 2).Red, tolerance: 1);
        }
    }

    [Fact]
    public void A_blur_leaves_a_plain_image_to_its_edges()
    {
        RgbImage plain = Picture.Draw(20, 10, (_, _) => 137);

        Assert.Equal(plain.Pixels.ToArray(), Distortions.Blur(plain, 9).Pixels.ToArray());
    }

    [Fact]
    public void The_lower_the_quality_the_further_a_JPEG_is_from_the_image()
    {
        double[] errors = [.. new[] { 95, 50, 10 }.Select(quality => MeanDifference(Image, Distortions.RecompressJpeg(Image, quality)))];

        Assert.Equal(errors.Order(), errors);
        Assert.InRange(errors[0], 0.01, 5);
        Assert.InRange(errors[2], 5, 40);
    }

    [Fact]
    public void Brightness_is_multiplied_rounded_and_clipped()
    {
        RgbImage image = new(1, 1, new byte[] { 5, 101, 200 });

        Assert.Equal([8, 152, 255], Distortions.ScaleBrightness(image, 1.5).Pixels.ToArray());
        Assert.Equal([0, 0, 0], Distortions.ScaleBrightness(image, 0).Pixels.ToArray());
        Assert.Equal([255, 255, 255], Distortions.ScaleBrightness(image, 1e300).Pixels.ToArray());
    }

    [Fact]
    public void What_is_out_of_range_is_refused_with_what_is_allowed()
    {
        AssertRefused(() => Distortions.Rotate(Image, double.NaN), "finite number of degrees");
        AssertRefused(() => Distortions.CropCentre(Image, 0), "above 0 and at most 1");
        AssertRefused(() => Distortions.CropCentre(Image, 1.01), "above 0 and at most 1");
        AssertRefused(() => Distortions.Blur(Image, -1), "from 0 to 100 pixels");
        AssertRefused(() => Distortions.Blur(Image, double.NaN), "from 0 to 100 pixels");
        AssertRefused(() => Distortions.RecompressJpeg(Image, 0), "from 1 to 100");
        AssertRefused(() => Distortions.ScaleBrightness(Image, -0.5), "not negative");
        AssertRefused(() => Distortions.ScaleBrightness(Image, double.PositiveInfinity), "finite");
    }

    private static void AssertRefused(Func<RgbImage> distort, string allowed) =>
        Assert.Contains(allowed, Assert.Throws<ArgumentOutOfRangeException>(() => distort()).Message, StringComparison.Ordinal);

    private static double MeanDifference(RgbImage one, RgbImage other) =>
        one.Pixels.ToArray().Zip(other.Pixels.ToArray(), (a, b) => Math.Abs(a - b)).Average();

    [Fact]
    public void A_quarter_turn_keeps_every_pixel_and_turns_as_a_rotation_by_ninety_degrees()
    {
        RgbImage square = Distortions.CropCentre(Picture.Draw(40, 40, (x, y) => (byte)((6 * x) + (y / 8))), 1);

        Assert.Equal(Distortions.Rotate(square, 90).Pixels.ToArray(), Distortions.TurnQuarter(square).Pixels.ToArray());
        RgbImage turned = Distortions.TurnQuarter(Image);
        Assert.Equal((Image.Height, Image.Width), (turned.Width, turned.Height));
        Assert.Equal(Picture.At(Image, Image.Width - 1, 0), Picture.At(turned, 0, 0));
        Assert.Equal(Picture.At(Image, 0, 0), Picture.At(turned, 0, Image.Width - 1));
    }

    [Fact]
    public void A_mirrored_picture_has_its_columns_from_the_right()
    {
        RgbImage mirrored = Distortions.Mirror(Image);

        Assert.All(
            Enumerable.Range(0, Image.Width),
            x => Assert.Equal(Picture.At(Image, x, 17), Picture.At(mirrored, Image.Width - 1 - x, 17)));
    }

    [Theory]
    [InlineData(0.5, 48, 30)]
    [InlineData(0.001, 1, 1)]
    [InlineData(1, 97, 61)]
    public void A_picture_is_resized_by_a_factor(double factor, int width, int height)
    {
        RgbImage resized = Distortions.Resize(Image, factor);

        Assert.Equal((width, height), (resized.Width, resized.Height));
    }

    [Fact]
    public void A_border_is_black_and_leaves_the_picture()
    {
        RgbImage bordered = Distortions.AddBorder(Image, 0.1);

        Assert.Equal((97 + 20, 61 + 20), (bordered.Width, bordered.Height));
        Assert.Equal((0, 0, 0), Picture.At(bordered, 9, 30));
        Assert.Equal((0, 0, 0), Picture.At(bordered, 50, 71));
        Assert.Equal(Picture.At(Image, 0, 0), Picture.At(bordered, 10, 10));
        Assert.Equal(Picture.At(Image, 96, 60), Picture.At(bordered, 106, 70));
    }
}
