using Pipeline.Imaging;

namespace Pipeline.Drawing;

/// <summary>Writes pixels as the bytes of a file, without metadata.</summary>
public static class ImageEncoder
{
    /// <summary>Writes an 8-bit RGB PNG; the pixels come back as they were.</summary>
    /// <param name="image">The picture.</param>
    public static byte[] ToPng(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return LibVips.ToPng(image);
    }

    /// <summary>Writes a JPEG.</summary>
    /// <param name="image">The picture, at most 65,535 pixels wide and high.</param>
    /// <param name="quality">1 (smallest) to 100 (best), on the scale of libjpeg; below 90 chroma has half the resolution.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="quality"/> is not from 1 to 100.</exception>
    /// <exception cref="ArgumentException">The picture has a side that the format cannot hold.</exception>
    public static byte[] ToJpeg(RgbImage image, int quality)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (quality is < 1 or > 100)
        {
            throw new ArgumentOutOfRangeException(nameof(quality), quality, "JPEG quality goes from 1 to 100.");
        }

        if (image.Width > ushort.MaxValue || image.Height > ushort.MaxValue)
        {
            throw new ArgumentException(
                $"A JPEG has at most {ushort.MaxValue} pixels a side; the picture has {image.Width} x {image.Height}. Write a PNG.",
                nameof(image));
        }

        return LibVips.ToJpeg(image, quality);
    }
}
