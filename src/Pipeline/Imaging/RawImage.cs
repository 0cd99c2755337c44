namespace Pipeline.Imaging;

/// <summary>A BMP or GIF, which our own readers decode whole.</summary>
internal sealed class RawImage : OpenedImage
{
    private readonly Func<byte[]> _read;

    private RawImage(ImageFormat format, int width, int height, int bytesPerPixel, Func<byte[]> read)
        : base(format, width, height)
    {
        Memory = Pixels * bytesPerPixel;
        _read = read;
    }

    /// <inheritdoc/>
    public override long Memory { get; }

    public static RawImage OpenBitmap(byte[] encoded)
    {
        BitmapReader bitmap = BitmapReader.Open(encoded);
        return new RawImage(ImageFormat.Bmp, bitmap.Width, bitmap.Height, 3, () => bitmap.ReadPixels(encoded));
    }

    public static RawImage OpenGif(byte[] encoded)
    {
        GifReader gif = GifReader.Open(encoded);

        // The canvas, and the frame's indices.
        return new RawImage(ImageFormat.Gif, gif.Width, gif.Height, 4, () => gif.ReadPixels(encoded));
    }

    /// <inheritdoc/>
    public override RgbImage Decode() => new(Width, Height, _read());

    /// <inheritdoc/>
    public override RgbImage DecodeAndReduce(int width, int height) => LibVips.Reduce(Decode(), width, height);
}
