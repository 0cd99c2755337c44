namespace Pipeline.Imaging;

/// <summary>Brings decoded pixels to another size.</summary>
internal static class ImageResizer
{
    /// <summary>Resizes, ignoring the aspect ratio.</summary>
    /// <param name="image">The image.</param>
    /// <param name="width">Width wanted, in pixels, at least 1.</param>
    /// <param name="height">Height wanted, in pixels, at least 1.</param>
    /// <param name="resampling">How.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1, or there is no such resampling.</exception>
    public static RgbImage Resize(RgbImage image, int width, int height, Resampling resampling)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return resampling switch
        {
            Resampling.Quality => LibVips.Reduce(image, width, height),
            Resampling.Keras => NearestNeighbour.Resize(image, width, height),
            Resampling.Bilinear or Resampling.Bicubic => AntialiasedResize.Resize(image, width, height, resampling),
            _ => throw new ArgumentOutOfRangeException(nameof(resampling), resampling, "There is no such resampling."),
        };
    }
}
