namespace Pipeline.Imaging.Tiff;

/// <summary>
/// Refuses by name what is not read, before a pixel is decoded: an undamaged file is never called damaged, and nothing is shown as another
/// image than the independent decoders (libtiff, Pillow, ImageMagick) agree on.
/// </summary>
internal static class TiffSupport
{
    // Satellite images have some 10 bands; beyond, a pixel takes more memory than any image that people look at.
    private const int MaxSamples = 32;

    private const string WayOut = "Save it as 8-bit or 16-bit RGB or grey, or as PNG.";

    private static readonly Dictionary<int, string> Compressions = new()
    {
        [6] = "old-style JPEG (compression 6)",
        [9] = "JBIG",
        [10] = "JBIG",
        [32766] = "NeXT run lengths",
        [32771] = "word-aligned CCITT run lengths",
        [32809] = "ThunderScan",
        [32908] = "PixarFilm",
        [32909] = "PixarLog",
        [33003] = "JPEG 2000",
        [33004] = "JPEG 2000",
        [33005] = "JPEG 2000",
        [34661] = "JBIG",
        [34663] = "JBIG2",
        [34676] = "SGI LogLuv",
        [34677] = "SGI LogLuv",
        [34712] = "JPEG 2000",
        [34887] = "LERC",
        [34925] = "LZMA",
        [34926] = "Zstandard",
        [34927] = "WebP",
        [34933] = "PNG",
        [34934] = "JPEG XR",
        [50000] = "Zstandard",
        [50001] = "WebP",
        [50002] = "JPEG XL",
        [52546] = "JPEG XL",
    };

    /// <exception cref="UnsupportedImageException">It is not read; the message says why and what is.</exception>
    public static void Check(TiffPage page)
    {
        string? reason = Compression(page) ?? Colour(page) ?? Samples(page) ?? Combination(page);
        if (reason is not null)
        {
            throw new UnsupportedImageException(reason);
        }
    }

    private static string? Compression(TiffPage page) => Enum.IsDefined(page.Compression)
        ? null
        : $"The TIFF is compressed by {Compressions.GetValueOrDefault((int)page.Compression, $"method {(int)page.Compression}")}, "
            + "which is not read; uncompressed, LZW, Deflate, PackBits, JPEG and CCITT fax are. Save it with one of these, or as PNG.";

    private static string? Colour(TiffPage page)
    {
        string? name = page.Colour switch
        {
            TiffColour.MinIsWhite or TiffColour.MinIsBlack or TiffColour.Rgb or TiffColour.Palette => null,
            TiffColour.YCbCr or TiffColour.CieLab or TiffColour.IccLab => null,
            TiffColour.Separated when page.Directory.Number(TiffTag.InkSet, 1) == 1 => null,
            TiffColour.Separated => "inks other than cyan, magenta, yellow and black",
            TiffColour.Mask => "a mask",
            TiffColour.ItuLab => "ITU L*a*b*",
            TiffColour.LogL or TiffColour.LogLuv => "logarithmic luminance (LogLuv)",
            TiffColour other => $"colours of kind {(int)other}",
        };
        return name is null
            ? null
            : $"The TIFF holds {name}, which is not read; grey, RGB, palette, CMYK, YCbCr and CIE L*a*b* are. {WayOut}";
    }

    private static string? Samples(TiffPage page)
    {
        string? kind = page.Format switch
        {
            TiffSampleFormat.Unsigned or TiffSampleFormat.Undefined when page.Bits is >= 1 and <= 32 => null,
            TiffSampleFormat.Float when page.Bits is 16 or 32 or 64 => null,
            TiffSampleFormat.Unsigned or TiffSampleFormat.Undefined => "unsigned integers",
            TiffSampleFormat.Signed => page.Colour is TiffColour.CieLab && page.Bits is 8 or 16 ? null : "signed integers",
            TiffSampleFormat.Float => "floating-point numbers",
            TiffSampleFormat.Complex or TiffSampleFormat.ComplexIntegers => "complex numbers",
            TiffSampleFormat other => $"of kind {(int)other}",
        };
        return kind is not null
            ? $"The TIFF's samples are {kind} of {page.Bits} bits, which are not read; unsigned integers of 1 to 32 bits "
                + $"and floating point of 16, 32 or 64 bits from 0 to 1 are. {WayOut}"
            : page.Samples > MaxSamples
                ? $"The TIFF has {page.Samples} samples a pixel; at most {MaxSamples} are read. {WayOut}"
                : null;
    }

    private static string? Combination(TiffPage page)
    {
        bool isInteger = page.Format != TiffSampleFormat.Float;
        (int across, int down) = page.SubSampling;
        string? what = page.Compression switch
        {
            TiffCompression.Jpeg when page.Bits != 8 || !isInteger => $"JPEG data of {page.Bits} bits",
            TiffCompression.Jpeg when page.Colour is TiffColour.CieLab or TiffColour.IccLab => "L*a*b* as JPEG data",
            _ when page.IsFax && page.Bits * page.Samples != 1 => $"fax data of {page.Bits * page.Samples} bits a pixel",
            _ when page.IsFax && page.IsTiled => "fax data in tiles",
            _ when page.Predictor is < 1 or > 3 => $"predictor {page.Predictor}",
            _ when page.Predictor == 2 && page.Bits is not (8 or 16 or 32 or 64) => $"differences of {page.Bits}-bit samples",
            _ when page.Predictor == 3 && isInteger => "floating-point differences of integers",
            _ when page.Compression == TiffCompression.Jpeg => null,
            _ => page.Colour switch
            {
                TiffColour.Palette when page.Bits is not (1 or 2 or 4 or 8 or 16) || !isInteger =>
                    $"a palette for samples of {page.Bits} bits",
                TiffColour.Palette when page.IsPlanar || page.Extras > 0 && page.Bits < 8 => "a palette with extra samples",
                TiffColour.CieLab or TiffColour.IccLab when page.Bits is not (8 or 16) || !isInteger =>
                    $"L*a*b* samples of {page.Bits} bits",
                TiffColour.YCbCr when page.Bits != 8 || !isInteger => $"YCbCr samples of {page.Bits} bits",
                TiffColour.YCbCr when across is not (1 or 2 or 4) || down is not (1 or 2 or 4) => $"YCbCr subsampled {across} x {down}",
                TiffColour.YCbCr when (page.IsPlanar || page.Samples > 3) && (across, down) != (1, 1) =>
                    "subsampled YCbCr in planes or with extra samples",
                _ => null,
            },
        };
        return what is null ? null : $"The TIFF has {what}, which is not read. {WayOut}";
    }
}
