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

    /// <summary>The middle of the image; where a rest is odd, half a pixel nearer to the even side, as torchvision rounds.</summary>
    /// <param name="width">At most <see cref="Width"/>.</param>
    /// <param name="height">At most <see cref="Height"/>.</param>
    public RgbImage CutMiddle(int width, int height)
    {
        (int left, int top) = ((int)Math.Round((Width - width) / 2.0), (int)Math.Round((Height - height) / 2.0));
        byte[] pixels = new byte[width * height * 3];
        CopyRows(Pixels.Span[(((top * Width) + left) * 3)..], Width, pixels, width, width, height);
        return new RgbImage(width, height, pixels);
    }

    /// <summary>The image in the middle of a black one.</summary>
    /// <param name="width">At least <see cref="Width"/>.</param>
    /// <param name="height">At least <see cref="Height"/>.</param>
    public RgbImage PadWithBlack(int width, int height)
    {
        (int left, int top) = ((width - Width) / 2, (height - Height) / 2);
        byte[] pixels = new byte[width * height * 3];
        CopyRows(Pixels.Span, Width, pixels.AsSpan(((top * width) + left) * 3), width, Width, Height);
        return new RgbImage(width, height, pixels);
    }

    private static void CopyRows(ReadOnlySpan<byte> from, int fromWidth, Span<byte> to, int toWidth, int width, int height)
    {
        for (int row = 0; row < height; row++)
        {
            from.Slice(row * fromWidth * 3, width * 3).CopyTo(to[(row * toWidth * 3)..]);
        }
    }
}
