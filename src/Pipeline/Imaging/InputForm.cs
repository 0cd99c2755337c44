namespace Pipeline.Imaging;

/// <summary>What becomes of an image that is not square when a model takes squares.</summary>
public enum Fit
{
    /// <summary>Both sides are brought to the size, whatever the aspect ratio: all of the image is seen, distorted.</summary>
    Stretch,

    /// <summary>The shorter side is brought to a length, and the middle is cut out: undistorted, without the ends of the longer side.</summary>
    Crop,

    /// <summary>The longer side is brought to the size, and black is added on both sides of the other.</summary>
    Pad,
}

/// <summary>The form in which a model takes an image.</summary>
/// <param name="Size">Side of the square input, in pixels.</param>
/// <param name="Resampling">How an image is resized.</param>
/// <param name="Fit">What becomes of one that is not square.</param>
/// <param name="ResizeTo">With <see cref="Fit.Crop"/>, the length of the shorter side before the crop, in pixels; null for the size.</param>
internal readonly record struct InputForm(int Size, Resampling Resampling, Fit Fit = Fit.Stretch, int? ResizeTo = null)
{
    // The ends of a longer image are cut off before it is resized: one of 50,000 x 1 pixels would become 11 million wide. Nothing of them
    // would be left after the crop, nor, when padded, a whole row of the other side.
    private const int MostRatio = 32;

    /// <summary>Decodes an image and brings it to this form.</summary>
    /// <returns>An image of <see cref="Size"/> x <see cref="Size"/> pixels.</returns>
    /// <inheritdoc cref="OpenedImage.Decode"/>
    public RgbImage Of(OpenedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (Resampling != Resampling.Quality || IsTooLong(image.Width, image.Height))
        {
            return Of(image.Decode());
        }

        (int width, int height) = SizeOf(image.Width, image.Height);
        return Fitted(image.DecodeAndReduce(width, height));
    }

    /// <summary>Brings decoded pixels to this form.</summary>
    /// <returns>An image of <see cref="Size"/> x <see cref="Size"/> pixels.</returns>
    public RgbImage Of(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        RgbImage middle = IsTooLong(image.Width, image.Height)
            ? image.CutMiddle(Math.Min(image.Width, MostRatio * image.Height), Math.Min(image.Height, MostRatio * image.Width))
            : image;
        (int width, int height) = SizeOf(middle.Width, middle.Height);
        return Fitted(ImageResizer.Resize(middle, width, height, Resampling));
    }

    private bool IsTooLong(int width, int height) =>
        Fit != Fit.Stretch && Math.Max(width, height) > (long)MostRatio * Math.Min(width, height);

    /// <summary>The size before the crop or the padding; the other side is rounded down, as torchvision does.</summary>
    private (int Width, int Height) SizeOf(int width, int height)
    {
        if (Fit == Fit.Stretch)
        {
            return (Size, Size);
        }

        long side = Fit == Fit.Crop ? ResizeTo ?? Size : Size;
        int reference = Fit == Fit.Crop ? Math.Min(width, height) : Math.Max(width, height);
        return (Scaled(width), Scaled(height));

        int Scaled(int length) => Math.Max(1, (int)(side * length / reference));
    }

    private RgbImage Fitted(RgbImage resized) => Fit switch
    {
        Fit.Crop => resized.CutMiddle(Size, Size),
        Fit.Pad => resized.PadWithBlack(Size, Size),
        _ => resized,
    };
}
