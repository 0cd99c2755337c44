using Pipeline.Drawing;
using Pipeline.Imaging;

namespace Pipeline.Study;

/// <summary>A distortion at several strengths.</summary>
/// <param name="Name">A short name, such as <c>rotation</c>.</param>
/// <param name="Parameter">The unit of its values.</param>
/// <param name="Values">The strengths, in the order of a curve.</param>
/// <param name="Apply">Distorts an image by one of them.</param>
internal sealed record StudyDistortion(
    string Name, string Parameter, IReadOnlyList<double> Values, Func<RgbImage, double, RgbImage> Apply)
{
    // The blur's sigma is given in pixels of the models' input, whatever the size of the image.
    private const double InputSide = 224;

    /// <summary>Distortions that phones, editors and web sites apply to images.</summary>
    public static IReadOnlyList<StudyDistortion> All { get; } =
    [
        new("rotation", "angle in degrees", [0, 5, 10, 20, 30, 45, 60, 90], Distortions.Rotate),
        new("crop", "part of each side that stays", [1, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5], Distortions.CropCentre),
        new("blur", "sigma in pixels at 224 x 224", [0, 0.5, 1, 1.5, 2, 3, 4, 6], Blur),
        new("JPEG", "quality", [100, 90, 75, 50, 30, 20, 10, 5], (image, quality) => Distortions.RecompressJpeg(image, (int)quality)),
        new("brightness", "factor", [0.25, 0.5, 0.7, 0.85, 1, 1.25, 1.5, 2], Distortions.ScaleBrightness),
    ];

    // Scaled by the mean side: a sigma in pixels of the original would be large for a small image and small for a large one.
    private static RgbImage Blur(RgbImage image, double sigma) =>
        Distortions.Blur(image, sigma * Math.Sqrt((double)image.Width * image.Height) / InputSide);
}
