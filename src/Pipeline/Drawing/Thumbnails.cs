using Pipeline.Imaging;
using SixLabors.ImageSharp.Processing;

namespace Pipeline.Drawing;

/// <summary>Resizes images for people to look at; the inputs of models are resized by <see cref="ImageResizer"/>.</summary>
internal static class Thumbnails
{
    /// <summary>Resizes to the largest image with the same aspect ratio that fits a box; a small image is enlarged.</summary>
    /// <param name="image">The image.</param>
    /// <param name="width">Width of the box, in pixels, at least 1.</param>
    /// <param name="height">Height of the box, in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public static RgbImage Fit(RgbImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        double scale = Math.Min((double)width / image.Width, (double)height / image.Height);

        // Lanczos keeps a reduction sharp; for an enlargement it would draw rings along edges.
        return scale == 1
            ? image
            : image.Process(sizes => sizes.Resize(
                Scaled(image.Width, width), Scaled(image.Height, height), scale < 1 ? KnownResamplers.Lanczos3 : KnownResamplers.Bicubic));

        // A line of pixels stays at least one wide.
        int Scaled(int side, int box) => Math.Clamp((int)Math.Round(side * scale), 1, box);
    }
}
