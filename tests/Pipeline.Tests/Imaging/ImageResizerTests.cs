using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

public class ImageResizerTests
{
    private static readonly ReferenceImage Reference = ReferenceImage.All.Single(image => image.File == "rgb.png");

    private static readonly RgbImage Image = Picture.Load("rgb.png");

    [Fact]
    public void Keras_resampling_is_Pillows_NEAREST_pixel_for_pixel() => Assert.Equal(
        Reference.NearestPixels,
        ImageResizer.Resize(Image, Reference.To[0], Reference.To[1], Resampling.Keras).Pixels.ToArray());

    [Fact]
    public void Quality_resampling_is_close_to_Pillows_LANCZOS()
    {
        byte[] resized = ImageResizer.Resize(Image, Reference.To[0], Reference.To[1], Resampling.Quality).Pixels.ToArray();

        Assert.InRange(resized.Zip(Reference.LanczosPixels, (ours, theirs) => Math.Abs(ours - theirs)).Average(), 0, 2.5);
    }

    [Fact]
    public void Sizes_and_resamplings_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageResizer.Resize(Image, 0, 1, Resampling.Keras));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageResizer.Resize(Image, 1, 0, Resampling.Quality));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageResizer.Resize(Image, 1, 1, (Resampling)9));
    }
}
