using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Drawing;

public class ThumbnailsTests
{
    private static readonly RgbImage Image = Picture.Load("rgb.png");

    [Theory]
    [InlineData(50, 50, 50, 31)]
    [InlineData(500, 122, 194, 122)]
    [InlineData(1, 1000, 1, 1)]
    public void A_fitted_image_keeps_its_aspect_ratio(int boxWidth, int boxHeight, int width, int height)
    {
        RgbImage fitted = Thumbnails.Fit(Image, boxWidth, boxHeight);

        Assert.Equal((width, height), (fitted.Width, fitted.Height));
    }

    [Fact]
    public void A_reduction_is_close_to_that_of_libvips()
    {
        RgbImage fitted = Thumbnails.Fit(Image, 40, 40);
        RgbImage expected = ImageResizer.Resize(Image, fitted.Width, fitted.Height, Resampling.Quality);

        Assert.InRange(fitted.Pixels.ToArray().Zip(expected.Pixels.ToArray(), (ours, theirs) => Math.Abs(ours - theirs)).Average(), 0, 2.5);
    }

    [Fact]
    public void An_image_that_fits_is_the_image() => Assert.Same(Image, Thumbnails.Fit(Image, Image.Width, Image.Height + 5));

    [Fact]
    public void A_box_without_pixels_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Thumbnails.Fit(Image, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Thumbnails.Fit(Image, 1, 0));
    }
}
