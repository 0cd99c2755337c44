namespace Pipeline.Imaging.Tiff;

/// <summary>What a directory says of its image, with TIFF 6.0's defaults for what it leaves out.</summary>
/// <param name="Directory">Where it is from.</param>
/// <param name="Width">Pixels in a row, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Bits">Bits of a sample.</param>
/// <param name="Samples">Samples of a pixel: colours, then extra ones.</param>
/// <param name="Format">What kind of number a sample is.</param>
/// <param name="Colour">What the samples mean.</param>
/// <param name="Compression">One of <see cref="TiffCompression"/>, or another that is not read.</param>
internal sealed record TiffPage(
    TiffDirectory Directory,
    int Width,
    int Height,
    int Bits,
    int Samples,
    TiffSampleFormat Format,
    TiffColour Colour,
    TiffCompression Compression)
{
    private const int Unassociated = 2;
    private const int Associated = 1;

    /// <summary>Samples that make the colour.</summary>
    public int Colours => Colour switch
    {
        TiffColour.MinIsWhite or TiffColour.MinIsBlack or TiffColour.Palette or TiffColour.Mask => 1,
        TiffColour.Separated => 4,
        _ => 3,
    };

    /// <summary>Whether the colours are codes that become RGB by arithmetic of our own.</summary>
    public bool IsConverted => Colour is TiffColour.YCbCr or TiffColour.CieLab or TiffColour.IccLab;

    /// <summary>Samples that are no colour.</summary>
    public int Extras => Samples - Colours;

    /// <summary>
    /// Which sample is opacity, counted from the first of all; -1 if none is. An extra sample that the file does not declare as opacity is
    /// something else (a spot colour, a mask, infrared) and no part of the image.
    /// </summary>
    public int Alpha
        => Array.FindIndex(ExtraSamples, kind => kind is Associated or Unassociated) is >= 0 and var index ? Colours + index : -1;

    /// <summary>Whether colours were multiplied by the opacity.</summary>
    public bool IsPremultiplied => Alpha >= 0 && ExtraSamples[Alpha - Colours] == Associated;

    /// <summary>Whether each sample has strips or tiles of its own.</summary>
    public bool IsPlanar => Samples > 1 && Directory.Number(TiffTag.PlanarConfiguration, 1) == 2;

    /// <summary>Whether bytes hold their first pixel in the lowest bit.</summary>
    public bool IsLowBitFirst => Directory.Number(TiffTag.FillOrder, 1) == 2;

    /// <summary>1 none, 2 differences, 3 differences of floating point's bytes; only LZW and Deflate have one.</summary>
    public int Predictor => Compression is TiffCompression.Lzw or TiffCompression.Deflate or TiffCompression.OldDeflate
        or TiffCompression.Zstandard
        ? (int)Directory.Number(TiffTag.Predictor, 1)
        : 1;

    /// <summary>1 to 8, as in EXIF.</summary>
    public int Orientation => Directory.Number(TiffTag.Orientation, 1) is >= 1 and <= 8 and var orientation ? (int)orientation : 1;

    public bool IsTiled => Directory.Has(TiffTag.TileWidth);

    /// <summary>Pixels, across and down, that share a pair of Cb and Cr.</summary>
    public (int Across, int Down) SubSampling => Directory.Numbers(TiffTag.YCbCrSubSampling) is [long across, long down, ..]
        ? ((int)across, (int)down)
        : (2, 2);

    private int[] ExtraSamples => [.. Directory.Numbers(TiffTag.ExtraSamples).Take(Math.Max(0, Extras)).Select(kind => (int)kind)];

    /// <exception cref="InvalidDataException">The fields contradict each other.</exception>
    /// <exception cref="UnsupportedImageException">Its samples differ in size or kind.</exception>
    public static TiffPage Read(TiffDirectory directory)
    {
        long width = directory.Number(TiffTag.ImageWidth, 0);
        long height = directory.Number(TiffTag.ImageLength, 0);
        if (width is < 1 or > int.MaxValue || height is < 1 or > int.MaxValue)
        {
            throw new InvalidDataException("The TIFF's header gives it no width or no height.");
        }

        var compression = (TiffCompression)directory.Number(TiffTag.Compression, 1);
        long samples = directory.Number(TiffTag.SamplesPerPixel, 1);
        var colour = (TiffColour)directory.Number(TiffTag.PhotometricInterpretation, (long)LikelyColour(compression, samples));
        var page = new TiffPage(
            directory,
            (int)width,
            (int)height,
            TheOne(directory, TiffTag.BitsPerSample, 1),
            (int)samples,
            (TiffSampleFormat)TheOne(directory, TiffTag.SampleFormat, (int)TiffSampleFormat.Unsigned),
            colour,
            compression);
        return page.Extras >= 0
            ? page
            : throw new InvalidDataException($"The TIFF has {samples} samples a pixel, fewer than its kind of colour has.");
    }

    // Left out by sloppy writers; libtiff assumes the same.
    private static TiffColour LikelyColour(TiffCompression compression, long samples) =>
        compression is TiffCompression.CcittRunLength or TiffCompression.CcittGroup3 or TiffCompression.CcittGroup4 ? TiffColour.MinIsWhite
        : samples < 3 ? TiffColour.MinIsBlack
        : compression == TiffCompression.Jpeg ? TiffColour.YCbCr
        : TiffColour.Rgb;

    private static int TheOne(TiffDirectory directory, TiffTag tag, int otherwise)
    {
        long[] values = directory.Numbers(tag);
        return values.Distinct().Count() <= 1
            ? (int)(values is [long first, ..] ? first : otherwise)
            : throw new UnsupportedImageException(
                $"The TIFF's samples are of different sizes or kinds ({string.Join(", ", values.Take(8))}), which is not read; "
                + "give all samples 8 or 16 bits, or save it as PNG.");
    }
}
