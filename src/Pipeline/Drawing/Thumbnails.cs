using Pipeline.Imaging;
using SixLabors.ImageSharp.Processing;

namespace Pipeline.Drawing;

/// <summary>Pictures brought to a size for looking at; what a network takes is resized by <see cref="ImageResizer"/>.</summary>
internal static class Thumbnails
{
    /// <summary>Resizes to the largest picture with the same aspect ratio that a box holds; a small one is enlarged.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">Width of the box, in pixels, at least 1.</param>
    /// <param name="height">Height of the box, in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public static RgbImage Fit(RgbImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        double scale = Math.Min((double)width / image.Width, (double)height / image.Height);

        // Lanczos keeps a reduction sharp; enlarging, it would draw rings along edges.
        return scale == 1
            ? image
            : image.Process(sizes => sizes.Resize(
                Scaled(image.Width, width), Scaled(image.Height, height), scale < 1 ? KnownResamplers.Lanczos3 : KnownResamplers.Bicubic));

        // A line of pixels stays at least one wide.
        int Scaled(int side, int box) => Math.Clamp((int)Math.Round(side * scale), 1, box);
    }
}
