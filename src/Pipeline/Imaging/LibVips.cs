using NetVips;
using Pipeline.Imaging.Tiff;
using Pipeline.Models;

namespace Pipeline.Imaging;

/// <summary>The one place that calls libvips. Everything comes out upright, as 8-bit sRGB with three bands.</summary>
internal static class LibVips
{
    // Up to here a picture is decoded into memory; a larger one is read line by line, twice.
    private const long MaxBytesInMemory = 64 * 1024 * 1024;

    private static readonly double[] White = [255, 255, 255];

    // Runs once, before the first picture.
    static LibVips()
    {
        // A server decodes many pictures at once, each on one thread; and never the same operation on the same picture twice.
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;

        // What is wrong with a picture is told to its sender; the process' output is not the place.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, static (_, _, _) => { });

        // The signature is checked before; this is the second lock. Nothing but these loaders, whatever the bytes pretend.
        Operation.Block("VipsForeignLoad", true);
        foreach (string loader in (string[])["Jpeg", "Png", "Webp", "Tiff"])
        {
            Operation.Block($"VipsForeignLoad{loader}", false);
        }
    }

    /// <summary>Size of the upright picture, from the header alone.</summary>
    /// <exception cref="VipsException">The header is broken.</exception>
    public static (int Width, int Height) ReadSize(byte[] encoded, ImageFormat format)
    {
        if (format == ImageFormat.Gif)
        {
            GifReader gif = GifReader.Open(encoded);
            return (gif.Width, gif.Height);
        }

        if (format == ImageFormat.Tiff)
        {
            TiffPage page = TiffLoader.FindPage(encoded);
            return page.Orientation >= 5 ? (page.Height, page.Width) : (page.Width, page.Height);
        }

        using Image header = Open(encoded, format);
        return IsTurned(header) ? (header.Height, header.Width) : (header.Width, header.Height);
    }

    /// <summary>
    /// Bytes that decoding holds at one time, its result not counted, from the header alone: the whole image where a format or its file
    /// allows nothing else, else at most what <see cref="DecodeAndReduce"/> keeps.
    /// </summary>
    /// <exception cref="VipsException">The header is broken.</exception>
    public static long EstimateMemory(byte[] encoded, ImageFormat format)
    {
        // Indices and colours; a canvas and what it is made from; samples and what they become, or lines.
        long pixels = Pixels(ReadSize(encoded, format));
        if (format == ImageFormat.Gif)
        {
            return pixels * 4;
        }

        if (format == ImageFormat.Tiff)
        {
            TiffPage page = TiffLoader.FindPage(encoded);
            long whole = TiffLoader.EstimateMemory(page);
            return page.Orientation == 1 ? whole : Math.Max(whole, pixels * page.Samples * 2);
        }

        using Image header = Open(encoded, format);
        long size = pixels * header.Bands * (header.Format == Enums.BandFormat.Uchar ? 1 : 2);
        long held = format switch
        {
            ImageFormat.WebP => pixels * 8,
            ImageFormat.Jpeg when header.Contains("interlaced") => pixels * header.Bands * sizeof(short),
            _ when header.Contains("interlaced") || IsTurned(header) => size,
            _ => 0,
        };
        return Math.Max(held, Math.Min(size, MaxBytesInMemory));
    }

    /// <summary>The picture at its own size.</summary>
    /// <exception cref="VipsException">The content is broken or ends early.</exception>
    public static RgbImage Decode(byte[] encoded, ImageFormat format)
    {
        using Image image = Open(encoded, format);
        using Image upright = image.Autorot();
        using Image rgb = ToRgb(upright);
        return ToPixels(rgb);
    }

    /// <summary>The picture brought to a size: a JPEG shrunk while it is decoded, then all by a Lanczos kernel.</summary>
    /// <exception cref="VipsException">The content is broken or ends early.</exception>
    public static RgbImage DecodeAndReduce(byte[] encoded, ImageFormat format, int width, int height)
    {
        (int fullWidth, int fullHeight) = ReadSize(encoded, format);
        int shrink = format == ImageFormat.Jpeg ? ShrinkOnLoad(Math.Min(fullWidth / width, fullHeight / height)) : 1;
        using Image whole = OpenStrictly(encoded, format, shrink);
        using Image upright = whole.Autorot();
        using Image rgb = ToRgb(upright);
        return Reduce(rgb, width, height);
    }

    /// <summary>Pixels brought to another size by a Lanczos kernel, antialiased.</summary>
    public static RgbImage Reduce(RgbImage image, int width, int height)
    {
        using Image rgb = FromPixels(image);
        return Reduce(rgb, width, height);
    }

    private static RgbImage Reduce(Image rgb, int width, int height)
    {
        using Image reduced = rgb.ThumbnailImage(width, height: height, size: Enums.Size.Force, noRotate: true);
        return ToPixels(reduced);
    }

    /// <summary>
    /// A picture whose content is known to be whole. The caches within a resize turn a read error into black lines, so every line is read
    /// before one gets there.
    /// </summary>
    private static Image OpenStrictly(byte[] encoded, ImageFormat format, int shrink)
    {
        if (IsReadWhole(encoded, format))
        {
            return Open(encoded, format);
        }

        using Image lines = Open(encoded, format, shrink, Enums.Access.Sequential);
        if ((long)lines.Width * lines.Height * lines.Bands * (lines.Format == Enums.BandFormat.Uchar ? 1 : 2) <= MaxBytesInMemory)
        {
            return lines.CopyMemory();
        }

        lines.Avg();
        return Open(encoded, format, shrink, Enums.Access.Sequential);
    }

    private static Image Open(byte[] encoded, ImageFormat format, int shrink = 1, Enums.Access? access = null) => format switch
    {
        ImageFormat.Jpeg => Image.JpegloadBuffer(encoded, shrink: shrink, access: access, failOn: Enums.FailOn.Error),
        ImageFormat.Png => Image.PngloadBuffer(encoded, access: access, failOn: Enums.FailOn.Error),
        ImageFormat.WebP => Image.WebploadBuffer(encoded, access: access, failOn: Enums.FailOn.Error),
        ImageFormat.Gif => OpenGif(encoded),
        ImageFormat.Tiff => TiffLoader.Open(encoded, access),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "libvips has no loader for it."),
    };

    private static long Pixels((int Width, int Height) size) => (long)size.Width * size.Height;

    private static Image OpenGif(byte[] encoded)
    {
        GifReader gif = GifReader.Open(encoded);
        return FromPixels(new RgbImage(gif.Width, gif.Height, gif.ReadPixels(encoded)));
    }

    // By our own readers, which are strict.
    private static bool IsReadWhole(byte[] encoded, ImageFormat format) =>
        format == ImageFormat.Gif || (format == ImageFormat.Tiff && TiffLoader.IsReadWhole(TiffLoader.FindPage(encoded)));

    // The decoder's shrinking is a plain block average; at least a factor of 2 is left to the better kernel, as in libvips' own thumbnails.
    private static int ShrinkOnLoad(int factor) => factor >= 16 ? 8 : factor >= 8 ? 4 : factor >= 4 ? 2 : 1;

    // EXIF orientations 5 to 8 swap width and height.
    private static bool IsTurned(Image image) => image.Contains("orientation") && image.Get("orientation") is int and >= 5 and <= 8;

    private static Image ToRgb(Image image)
    {
        using Image srgb = ColourProfile.ToSrgb(image);
        using Image flat = srgb.HasAlpha() ? srgb.Flatten(White) : srgb.Copy();
        return flat.Bands == 3
            ? flat.Cast(Enums.BandFormat.Uchar)
            : throw new VipsException($"The picture has {flat.Bands} bands that are no colours.");
    }

    private static Image FromPixels(RgbImage image)
    {
        using Image pixels = Image.NewFromMemory(image.Pixels, image.Width, image.Height, 3, Enums.BandFormat.Uchar);
        return pixels.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    private static RgbImage ToPixels(Image rgb) => new(rgb.Width, rgb.Height, rgb.WriteToMemory<byte>());
}
