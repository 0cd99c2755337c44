using System.Globalization;
using Pipeline.Drawing;
using Pipeline.Imaging;

namespace Pipeline.Evaluation;

/// <summary>An alteration of an image, as copies of it are found on phones, in editors and on web sites.</summary>
/// <param name="Name">What it does, such as <c>crop to 70 %</c>.</param>
/// <param name="Apply">Does it.</param>
internal sealed record CopyVariant(string Name, Func<RgbImage, RgbImage> Apply)
{
    /// <summary>
    /// Copies are made of an image with at most this many pixels: half of each side is still larger than the usual input of 224 x 224.
    /// </summary>
    public const int MaxPixels = 512 * 512;

    // JPEG has at most 65,535 pixels a side, and a strip of 1 x 100,000 has few pixels.
    private const int MaxSide = 8192;

    // A blur's sigma is given in pixels at this side, whatever the size of the image.
    private const double BlurSide = 224;

    /// <summary>All alterations, in the order of every table.</summary>
    public static IReadOnlyList<CopyVariant> All { get; } =
    [
        .. Each("crop to {0} %", [90, 70, 50], (image, percent) => Distortions.CropCentre(image, percent / 100)),
        new("mirror", Distortions.Mirror),
        .. Each("JPEG quality {0}", [90, 50, 20], (image, quality) => Distortions.RecompressJpeg(image, (int)quality)),
        .. Each("resize to {0} %", [50, 25], (image, percent) => Distortions.Resize(image, percent / 100)),
        .. Each("blur {0} px at 224", [1, 2], Blur),
        .. Each("rotate {0}°", [5, 15, 45], Distortions.Rotate),
        new("rotate 90°", Distortions.TurnQuarter),
        .. Each("brightness x {0}", [0.6, 1.5], Distortions.ScaleBrightness),
        new("border 10 %", image => Distortions.AddBorder(image, 0.1)),
        new("text over it", image => TextOverlay.Write(image, "SAMPLE TEXT")),
    ];

    /// <summary>The size at which copies are made: the image's, reduced where it has more than <see cref="MaxPixels"/>.</summary>
    /// <param name="width">Width of the upright image, in pixels.</param>
    /// <param name="height">Height of it.</param>
    public static (int Width, int Height) SizeOf(int width, int height)
    {
        double scale = Math.Min(Math.Sqrt((double)MaxPixels / ((long)width * height)), (double)MaxSide / Math.Max(width, height));
        return scale >= 1 ? (width, height) : (Scaled(width), Scaled(height));

        int Scaled(int side) => Math.Max(1, (int)(side * scale));
    }

    private static IEnumerable<CopyVariant> Each(string name, IEnumerable<double> values, Func<RgbImage, double, RgbImage> apply) =>
        values.Select(value => new CopyVariant(
            string.Format(CultureInfo.InvariantCulture, name, value), image => apply(image, value)));

    private static RgbImage Blur(RgbImage image, double sigma) =>
        Distortions.Blur(image, sigma * Math.Sqrt((double)image.Width * image.Height) / BlurSide);
}
