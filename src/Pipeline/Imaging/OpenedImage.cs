using System.Runtime.CompilerServices;
using NetVips;
using Pipeline.Imaging.Jpeg;
using Pipeline.Imaging.Tiff;

namespace Pipeline.Imaging;

/// <summary>An image file whose header was read, once; its pixels are decoded when they are asked for.</summary>
internal abstract class OpenedImage(ImageFormat format, int width, int height)
{
    // Before the first call of libvips, whichever that is.
    static OpenedImage() => RuntimeHelpers.RunClassConstructor(typeof(LibVips).TypeHandle);

    /// <summary>The file's format.</summary>
    public ImageFormat Format { get; } = format;

    /// <summary>Width of the upright image, in pixels.</summary>
    public int Width { get; } = width;

    /// <summary>Height of the upright image, in pixels.</summary>
    public int Height { get; } = height;

    /// <summary>Pixels in it.</summary>
    public long Pixels => (long)Width * Height;

    /// <summary>
    /// Bytes that decoding holds at one time, its result not counted: the whole image where a format or its file allows nothing else, else
    /// at most what <see cref="DecodeAndReduce"/> keeps.
    /// </summary>
    /// <exception cref="InvalidDataException">The header says where the content is, and it is not there.</exception>
    public abstract long Memory { get; }

    /// <summary>Reads a file's header.</summary>
    /// <param name="encoded">All bytes; they must not change.</param>
    /// <param name="format">As <see cref="ImageSignature"/> found it.</param>
    /// <exception cref="VipsException">The header is broken.</exception>
    /// <exception cref="InvalidDataException">The header is broken, and the message says how.</exception>
    /// <exception cref="UnsupportedImageException">The image is of a kind that is not read.</exception>
    public static OpenedImage Open(byte[] encoded, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => JpegFile.Open(encoded),
        ImageFormat.Tiff => new TiffImage(encoded),
        ImageFormat.Gif => RawImage.OpenGif(encoded),
        ImageFormat.Bmp => RawImage.OpenBitmap(encoded),
        _ => VipsImage.Open(encoded, format),
    };

    /// <summary>The image at its own size.</summary>
    /// <exception cref="VipsException">The content is broken or ends early.</exception>
    /// <exception cref="InvalidDataException">The content is broken or ends early.</exception>
    public abstract RgbImage Decode();

    /// <summary>The image brought to a size by a Lanczos kernel.</summary>
    /// <inheritdoc cref="Decode"/>
    public abstract RgbImage DecodeAndReduce(int width, int height);
}
