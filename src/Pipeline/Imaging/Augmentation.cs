namespace Pipeline.Imaging;

/// <summary>
/// Random variants of an image as Keras' <c>ImageDataGenerator</c> makes them (keras-preprocessing 1.1): rotation, shift, shear and zoom
/// in one affine step, then a channel shift, then a flip; fill mode nearest.
/// </summary>
/// <remarks>
/// Three errors of Keras are not repeated. Its older versions turn about (n / 2 + 0.5), a pixel off the centre. Later ones turn about
/// (n / 2 - 0.5), the true centre, but with width and height swapped, so that an image which is not square turns about a point beside its
/// centre; and they shift columns by what was drawn for rows. On square images and with equal ranges, as in the study, only the first of
/// them shows. Keras also keeps fractions of a grey level; here values are rounded to the nearest level once, at the end.
/// </remarks>
internal static class Augmentation
{
    private const double Unit = 1.0 / (1UL << 53);

    // The place of each draw in an image's stream. A new one goes to the end, or every seed would mean other images.
    private enum Draws
    {
        Rotation,
        ShiftX,
        ShiftY,
        Shear,
        ZoomX,
        ZoomY,
        ChannelShift,
        Flip,
    }

    /// <summary>
    /// Draws a transform. It depends on the arguments alone: the same on every machine, in any order, whatever else was drawn.
    /// </summary>
    /// <param name="ranges">What to draw from.</param>
    /// <param name="width">Width of the image, in pixels, at least 1.</param>
    /// <param name="height">Height of the image, in pixels, at least 1.</param>
    /// <param name="seed">Which series of variants.</param>
    /// <param name="index">Which variant of the series.</param>
    /// <exception cref="ArgumentException">A range is none, or a side is below 1.</exception>
    public static AugmentationTransform Draw(AugmentationRanges ranges, int width, int height, int seed, int index)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ranges.Require();
        ulong stream = SplitMix64.Mix((((ulong)(uint)seed << 32) | (uint)index) + SplitMix64.Golden);
        return new AugmentationTransform(
            EitherWay(stream, Draws.Rotation, ranges.Rotation),
            EitherWay(stream, Draws.ShiftX, ranges.WidthShift) * width,
            EitherWay(stream, Draws.ShiftY, ranges.HeightShift) * height,
            EitherWay(stream, Draws.Shear, ranges.Shear),
            Between(stream, Draws.ZoomX, ranges.MinZoom, ranges.MaxZoom),
            Between(stream, Draws.ZoomY, ranges.MinZoom, ranges.MaxZoom),
            EitherWay(stream, Draws.ChannelShift, ranges.ChannelShift),
            ranges.HorizontalFlip && Uniform(stream, Draws.Flip) < 0.5);
    }

    /// <summary>Carries a transform out; the image keeps its size.</summary>
    /// <param name="image">The image.</param>
    /// <param name="transform">What to do with it.</param>
    /// <exception cref="ArgumentException">A number of the transform is not finite.</exception>
    public static RgbImage Apply(RgbImage image, AugmentationTransform transform)
    {
        ArgumentNullException.ThrowIfNull(image);
        AffineMatrix map = AffineMatrix.Rotation(transform.Rotation)
            * AffineMatrix.Shift(transform.ShiftX, transform.ShiftY)
            * AffineMatrix.Shear(transform.Shear)
            * AffineMatrix.Zoom(transform.ZoomX, transform.ZoomY);
        if (!map.IsFinite || !double.IsFinite(transform.ChannelShift))
        {
            throw new ArgumentException($"Every number of a transform is finite; this one is {transform}.", nameof(transform));
        }

        return AffineWarp.Apply(image, map.AboutCentre(image.Width, image.Height), transform.ChannelShift, transform.FlipHorizontally);
    }

    private static double EitherWay(ulong stream, Draws draw, double range) => Between(stream, draw, -range, range);

    private static double Between(ulong stream, Draws draw, double from, double to) => from + ((to - from) * Uniform(stream, draw));

    /// <summary>From 0 to below 1, in steps of 2^-53.</summary>
    private static double Uniform(ulong stream, Draws draw) =>
        (SplitMix64.Mix(stream + (((ulong)draw + 1) * SplitMix64.Golden)) >> 11) * Unit;
}
