namespace Pipeline.Imaging;

/// <summary>An upright image as 8-bit sRGB pixels.</summary>
internal sealed class RgbImage
{
    /// <summary>Wraps pixels; the array is not copied and must not be written to afterwards.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">byte[height * width * 3], rows from the top, HWC, RGB, 0-255.</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> does not hold exactly height * width * 3 bytes.</exception>
    public RgbImage(int width, int height, ReadOnlyMemory<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != (long)width * height * 3)
        {
            throw new ArgumentException(
                $"{width} x {height} RGB pixels take {(long)width * height * 3} bytes, not {pixels.Length}.",
                nameof(pixels));
        }

        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>byte[Height * Width * 3], rows from the top, HWC, RGB, 0-255.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }
}
