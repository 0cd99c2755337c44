using NetVips;

namespace Pipeline.Imaging;

/// <summary>The one place that calls libvips. Everything comes out upright, as 8-bit sRGB with three bands.</summary>
internal static class LibVips
{
    /// <summary>Up to here an image is decoded into memory; a larger one is read line by line, twice.</summary>
    public const long MaxBytesInMemory = 64 * 1024 * 1024;

    private static readonly double[] White = [255, 255, 255];

    [ThreadStatic]
    private static int t_warnings;

    // Runs once, before the first image.
    static LibVips()
    {
        // A server decodes many images at once, each on one thread; and never the same operation on the same image twice.
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;

        // What is wrong with an image is an error for its sender; it does not belong into the process' output.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, static (_, _, _) => t_warnings++);

        // The signature is checked before. This makes sure that no other loader runs, whatever the bytes pretend to be.
        Operation.Block("VipsForeignLoad", true);
        foreach (string loader in (string[])["Jpeg", "Png", "Webp", "Tiff"])
        {
            Operation.Block($"VipsForeignLoad{loader}", false);
        }
    }

    /// <summary>
    /// How often libvips has warned on this thread. What libjpeg warns of in an image's last lines fails no call; libvips logs it as it
    /// closes the image, on the thread that read the lines.
    /// </summary>
    public static int Warnings => t_warnings;

    /// <summary>Opens a PNG or WebP.</summary>
    /// <exception cref="VipsException">The header is broken.</exception>
    public static Image Load(byte[] encoded, ImageFormat format, Enums.Access? access) => format switch
    {
        ImageFormat.Png => Image.PngloadBuffer(encoded, access: access, failOn: Enums.FailOn.Error),
        ImageFormat.WebP => Image.WebploadBuffer(encoded, access: access, failOn: Enums.FailOn.Error),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Another reader opens it."),
    };

    /// <summary>Width and height once the image is upright.</summary>
    public static (int Width, int Height) UprightSize(Image header) =>
        IsTurned(header) ? (header.Height, header.Width) : (header.Width, header.Height);

    /// <summary>Whether the image has to be turned by a quarter to be upright: EXIF orientations 5 to 8.</summary>
    public static bool IsTurned(Image image) => image.Contains("orientation") && image.Get("orientation") is int and >= 5 and <= 8;

    /// <summary>Bytes of all pixels as they are decoded.</summary>
    public static long SizeInMemory(Image image) =>
        (long)image.Width * image.Height * image.Bands * (image.Format == Enums.BandFormat.Uchar ? 1 : 2);

    /// <summary>Bytes that decoding holds at one time: what the format or file makes it hold, at least what reducing keeps.</summary>
    public static long Memory(Image header, long held) => Math.Max(held, Math.Min(SizeInMemory(header), MaxBytesInMemory));

    /// <summary>The pixels of an opened image at its own size; disposes of it.</summary>
    /// <exception cref="VipsException">The content is broken or ends early.</exception>
    public static RgbImage Decode(Image opened)
    {
        using Image image = opened;
        using Image upright = image.Autorot();
        using Image rgb = ToRgb(upright);
        return ToPixels(rgb);
    }

    /// <summary>An image that is read line by line, brought to a size.</summary>
    /// <param name="open">Opens it; called twice where it is large.</param>
    /// <param name="width">Width wanted, in pixels.</param>
    /// <param name="height">Height wanted, in pixels.</param>
    /// <exception cref="VipsException">The content is broken or ends early.</exception>
    public static RgbImage ReduceStrictly(Func<Enums.Access, Image> open, int width, int height) =>
        ReduceWhole(OpenStrictly(open), width, height);

    /// <summary>An opened image whose content is known to be whole, brought to a size; disposes of it.</summary>
    public static RgbImage ReduceWhole(Image opened, int width, int height)
    {
        using Image whole = opened;
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
    /// An image whose content is known to be whole. The caches within a resize turn a read error into black lines, so every line is read
    /// before one gets there.
    /// </summary>
    private static Image OpenStrictly(Func<Enums.Access, Image> open)
    {
        using Image lines = open(Enums.Access.Sequential);
        if (SizeInMemory(lines) <= MaxBytesInMemory)
        {
            return lines.CopyMemory();
        }

        lines.Avg();
        return open(Enums.Access.Sequential);
    }

    private static Image ToRgb(Image image)
    {
        using Image srgb = ColourProfile.ToSrgb(image);
        using Image flat = srgb.HasAlpha() ? srgb.Flatten(White) : srgb.Copy();
        return flat.Bands == 3
            ? flat.Cast(Enums.BandFormat.Uchar)
            : throw new VipsException($"The image has {flat.Bands} bands that are no colours.");
    }

    private static Image FromPixels(RgbImage image)
    {
        using Image pixels = Image.NewFromMemory(image.Pixels, image.Width, image.Height, 3, Enums.BandFormat.Uchar);
        return pixels.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    private static RgbImage ToPixels(Image rgb) => new(rgb.Width, rgb.Height, rgb.WriteToMemory<byte>());
}
