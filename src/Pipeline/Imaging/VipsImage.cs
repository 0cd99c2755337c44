using NetVips;

namespace Pipeline.Imaging;

/// <summary>A PNG or WebP, which libvips decodes line by line unless the file allows only the whole.</summary>
internal sealed class VipsImage : OpenedImage
{
    private readonly byte[] _encoded;

    private VipsImage(byte[] encoded, ImageFormat format, int width, int height, long memory)
        : base(format, width, height) => (_encoded, Memory) = (encoded, memory);

    /// <inheritdoc/>
    public override long Memory { get; }

    public static new VipsImage Open(byte[] encoded, ImageFormat format)
    {
        using Image header = LibVips.Load(encoded, format, null);
        (int width, int height) = LibVips.UprightSize(header);
        long held = format == ImageFormat.WebP ? (long)width * height * 8
            : header.Contains("interlaced") || LibVips.IsTurned(header) ? LibVips.SizeInMemory(header)
            : 0;
        return new VipsImage(encoded, format, width, height, LibVips.Memory(header, held));
    }

    /// <inheritdoc/>
    public override RgbImage Decode() => LibVips.Decode(LibVips.Load(_encoded, Format, null));

    /// <inheritdoc/>
    public override RgbImage DecodeAndReduce(int width, int height) =>
        LibVips.ReduceStrictly(access => LibVips.Load(_encoded, Format, access), width, height);
}
