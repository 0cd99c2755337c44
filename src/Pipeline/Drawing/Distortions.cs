using System.Globalization;
using Pipeline.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Processing;

namespace Pipeline.Drawing;

/// <summary>
/// Distortions with one parameter or none, to measure how fast an embedding moves away from the original's and whether copies are found.
/// </summary>
internal static class Distortions
{
    private const double MaxSigma = 100;

    /// <summary>Rotates an image about its centre; it keeps its size, and edge pixels fill the corners.</summary>
    /// <param name="image">The image.</param>
    /// <param name="degrees">Finite; a positive angle rotates anticlockwise.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="degrees"/> is not finite.</exception>
    public static RgbImage Rotate(RgbImage image, double degrees)
    {
        ArgumentNullException.ThrowIfNull(image);
        Require(double.IsFinite(degrees), nameof(degrees), degrees, "An angle is a finite number of degrees");
        return AffineWarp.Apply(image, AffineMatrix.Rotation(degrees).AboutCentre(image.Width, image.Height));
    }

    /// <summary>Turns an image by a quarter anticlockwise: width and height change places, and no pixel is lost.</summary>
    /// <param name="image">The image.</param>
    public static RgbImage TurnQuarter(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Process(image => image.Rotate(RotateMode.Rotate270));
    }

    /// <summary>Mirrors an image: left becomes right.</summary>
    /// <param name="image">The image.</param>
    public static RgbImage Mirror(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Process(image => image.Flip(FlipMode.Horizontal));
    }

    /// <summary>Reduces or enlarges an image, antialiased.</summary>
    /// <param name="image">The image.</param>
    /// <param name="factor">Of each side, above 0, at most 4; at least one pixel is kept.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="factor"/> is out of its range.</exception>
    public static RgbImage Resize(RgbImage image, double factor)
    {
        ArgumentNullException.ThrowIfNull(image);
        Require(factor is > 0 and <= 4, nameof(factor), factor, "A factor of size is above 0 and at most 4");
        return ImageResizer.Resize(
            image,
            Math.Max(1, (int)Math.Round(image.Width * factor)),
            Math.Max(1, (int)Math.Round(image.Height * factor)),
            Resampling.Quality);
    }

    /// <summary>Puts a black border around an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="fraction">Its width on each side as a part of the image's larger side, 0 to 1; at least one pixel.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is out of its range.</exception>
    public static RgbImage AddBorder(RgbImage image, double fraction)
    {
        ArgumentNullException.ThrowIfNull(image);
        Require(fraction is >= 0 and <= 1, nameof(fraction), fraction, "A border is 0 to 1 of the larger side");
        int border = Math.Max(1, (int)Math.Round(Math.Max(image.Width, image.Height) * fraction));
        (int width, int height) = (image.Width + (2 * border), image.Height + (2 * border));
        return image.Process(image => image.Pad(width, height, Color.Black));
    }

    /// <summary>Crops an image to its middle.</summary>
    /// <param name="image">The image.</param>
    /// <param name="fraction">The part of each side that is kept, above 0, at most 1 (all of it); at least one pixel is kept.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is out of its range.</exception>
    public static RgbImage CropCentre(RgbImage image, double fraction)
    {
        ArgumentNullException.ThrowIfNull(image);
        Require(fraction is > 0 and <= 1, nameof(fraction), fraction, "The part of each side that stays is above 0 and at most 1");
        int width = Math.Max(1, (int)Math.Round(image.Width * fraction));
        int height = Math.Max(1, (int)Math.Round(image.Height * fraction));
        (int left, int top) = ((image.Width - width) / 2, (image.Height - height) / 2);
        return image.Process(image => image.Crop(new Rectangle(left, top, width, height)));
    }

    /// <summary>Blurs by a Gaussian; edge pixels are repeated outside.</summary>
    /// <param name="image">The image.</param>
    /// <param name="sigma">Standard deviation in pixels, 0 (unchanged) to 100.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sigma"/> is out of its range.</exception>
    public static RgbImage Blur(RgbImage image, double sigma)
    {
        ArgumentNullException.ThrowIfNull(image);
        Require(sigma is >= 0 and <= MaxSigma, nameof(sigma), sigma, "A Gaussian's standard deviation goes from 0 to 100 pixels");
        return sigma == 0 ? image : image.Process(image => image.GaussianBlur((float)sigma));
    }

    /// <summary>Writes an image as a JPEG and reads it back.</summary>
    /// <param name="image">The image, at most 65,535 pixels wide and high.</param>
    /// <param name="quality">1 (worst) to 100 (best).</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="quality"/> is out of its range.</exception>
    /// <exception cref="ArgumentException">The image has a side that the format cannot hold.</exception>
    public static RgbImage RecompressJpeg(RgbImage image, int quality) =>
        OpenedImage.Open(ImageEncoder.ToJpeg(image, quality), ImageFormat.Jpeg).Decode();

    /// <summary>Multiplies every value, rounds it and clips it to 0-255.</summary>
    /// <param name="image">The image.</param>
    /// <param name="factor">0 (black) or above; 1 leaves the image as it is.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="factor"/> is negative or not finite.</exception>
    public static RgbImage ScaleBrightness(RgbImage image, double factor)
    {
        ArgumentNullException.ThrowIfNull(image);
        Require(factor >= 0 && double.IsFinite(factor), nameof(factor), factor, "A factor of brightness is finite and not negative");

        // From 256 on everything but black is clipped to white; a larger factor could overflow float, and black would become NaN.
        return image.Process(image => image.Brightness((float)Math.Min(factor, 256)));
    }

    private static void Require(bool holds, string parameter, double value, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(parameter, value.ToString(CultureInfo.InvariantCulture), $"{allowed}.");
        }
    }
}
