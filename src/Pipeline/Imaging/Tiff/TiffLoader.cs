using NetVips;

namespace Pipeline.Imaging.Tiff;

/// <summary>
/// Opens a TIFF as an image of libvips: by libvips itself where it reads the samples as the independent decoders do, else by
/// <see cref="TiffReader"/>.
/// </summary>
internal static class TiffLoader
{
    private static readonly TiffCompression[] OnlyLibVips =
        [TiffCompression.Jpeg, TiffCompression.CcittRunLength, TiffCompression.CcittGroup3, TiffCompression.CcittGroup4];

    // What the decompressor keeps at most of what it wrote; a frame that asks for more is refused by it.
    private const long MaxZstandardWindow = 128L * 1024 * 1024;

    /// <summary>The page that is the image, known to be one that is read.</summary>
    /// <exception cref="InvalidDataException">The directories are damaged.</exception>
    /// <exception cref="UnsupportedImageException">It is not read.</exception>
    public static TiffPage FindPage(byte[] encoded)
    {
        TiffPage page = TiffPage.Read(TiffPages.FindImage(new TiffFile(encoded)));
        TiffSupport.Check(page);
        return page;
    }

    /// <summary>Whether the image is held whole, instead of being read line by line.</summary>
    public static bool IsReadWhole(TiffPage page) => !OnlyLibVips.Contains(page.Compression)
        && (page.Format == TiffSampleFormat.Float
            || page.Compression == TiffCompression.Zstandard
            || page.IsConverted
            || (page.IsPlanar && page.IsTiled)
            || (page.Bits is not (8 or 16) && !(page.Bits is 1 or 2 or 4 && page.Samples == 1)));

    /// <summary>
    /// Bytes that reading holds at one time: all samples and what they become, or a copy of the file and a strip or row of tiles.
    /// </summary>
    public static long EstimateMemory(TiffPage page)
    {
        long pixels = (long)page.Width * page.Height;
        if (IsReadWhole(page))
        {
            return pixels * TiffReader.BandsOf(page)
                * (sizeof(ushort) + (page.IsConverted ? 1 : 0))
                + (page.Compression == TiffCompression.Zstandard ? MaxZstandardWindow : 0);
        }

        // A strip, or two rows of tiles, and their pixels; libvips keeps the pixels of small images, too.
        TiffChunks chunks = TiffChunks.Find(page);
        long rows = Math.Min(page.Height, chunks.Height * (page.IsTiled ? 2L : 1L));
        long pixel = (long)page.Samples * Math.Max(1, page.Bits / 8) * (page.Colour == TiffColour.Palette ? 3 : 1);
        return page.Directory.File.Bytes.Length
            + Math.Max(2 * rows * page.Width * pixel, Math.Min(pixels * pixel, LibVips.MaxBytesInMemory));
    }

    /// <summary>The file as libvips is to read it, which it may do several times; null where our own reader reads it whole.</summary>
    /// <exception cref="InvalidDataException">A tile is damaged.</exception>
    public static byte[]? Prepare(TiffPage page)
    {
        if (IsReadWhole(page))
        {
            return null;
        }

        TiffTiles.Check(page);
        return TiffCleaned.Write(page, JpegSubSampling.Find(page));
    }

    /// <summary>Grey, RGB or CMYK with or without opacity; orientation and colour profile as the file has them.</summary>
    /// <inheritdoc cref="FindPage"/>
    /// <exception cref="VipsException">The content is damaged or ends early; also when lines are read later.</exception>
    public static Image Open(TiffPage page, byte[]? prepared, Enums.Access? access)
    {
        using Image samples = prepared is null ? Read(page) : OpenByLibVips(page, prepared, access);
        return samples.Mutate(image =>
        {
            image.Set(GValue.GIntType, "orientation", page.Orientation);
            if (ReadProfile(page) is { } profile)
            {
                image.Set(GValue.BlobType, "icc-profile-data", profile);
            }
        });
    }

    private static Image Read(TiffPage page)
    {
        int bands = TiffReader.BandsOf(page);
        ushort[] samples = TiffReader.Read(page);
        bool hasAlpha = page.Alpha >= 0;
        if (page.IsConverted)
        {
            byte[] rgb = page.Colour == TiffColour.YCbCr
                ? new YCbCr(page.Directory).ToRgb(samples, bands)
                : new CieLab(page.Bits, page.Colour == TiffColour.IccLab).ToRgb(samples, bands);
            return Interpret(
                Image.NewFromMemory(rgb, page.Width, page.Height, bands, Enums.BandFormat.Uchar),
                page,
                Enums.Interpretation.Srgb,
                hasAlpha);
        }

        Enums.Interpretation meaning = page.Colours switch
        {
            1 => Enums.Interpretation.Grey16,
            3 => Enums.Interpretation.Rgb16,
            _ => Enums.Interpretation.Cmyk,
        };
        return Interpret(Image.NewFromMemory(samples, page.Width, page.Height, bands, Enums.BandFormat.Ushort), page, meaning, hasAlpha);
    }

    private static Image OpenByLibVips(TiffPage page, byte[] prepared, Enums.Access? access)
    {
        // Data that are damaged within are only warned of by the JPEG decoder. Fax data that are warned of are often whole.
        Enums.FailOn failOn = page.Compression == TiffCompression.Jpeg ? Enums.FailOn.Warning : Enums.FailOn.Error;
        Image image = Image.TiffloadBuffer(prepared, access: access, failOn: failOn);
        if (page.Extras == 0)
        {
            return image;
        }

        using (image)
        {
            // A palette has become one band or three.
            int colours = image.Bands - page.Extras;
            using Image first = image.ExtractBand(0, n: colours);
            if (page.Alpha < 0)
            {
                return first.Copy(interpretation: image.Interpretation);
            }

            using Image alpha = image.ExtractBand(colours + page.Alpha - page.Colours);
            using Image both = first.Bandjoin(alpha);
            return Interpret(both.Copy(), page, image.Interpretation, hasAlpha: true);
        }
    }

    private static Image Interpret(Image samples, TiffPage page, Enums.Interpretation meaning, bool hasAlpha)
    {
        using (samples)
        {
            if (!hasAlpha || !page.IsPremultiplied)
            {
                return samples.Copy(interpretation: meaning);
            }

            using Image divided = samples.Unpremultiply(
                maxAlpha: samples.Format == Enums.BandFormat.Uchar ? byte.MaxValue : ushort.MaxValue);
            using Image rounded = divided.Rint();
            using Image cast = rounded.Cast(samples.Format);
            return cast.Copy(interpretation: meaning);
        }
    }

    // L*a*b* has become sRGB already; a profile of it would be of L*a*b*.
    private static byte[]? ReadProfile(TiffPage page) =>
        page.Colour is not (TiffColour.CieLab or TiffColour.IccLab)
            && page.Directory.Fields.TryGetValue(TiffTag.IccProfile, out TiffField field)
            ? field.Bytes(page.Directory.File).ToArray()
            : null;
}
