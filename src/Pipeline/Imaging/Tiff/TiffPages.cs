namespace Pipeline.Imaging.Tiff;

/// <summary>
/// Finds the page that is the image: the first one, unless it says of itself that it is a reduced copy (a thumbnail) or a mask; then the
/// first that does not, among the pages and the pages within them.
/// </summary>
internal static class TiffPages
{
    // A pyramid has about 10 pages, a scanned book hundreds; the image is among the first.
    private const int MaxPages = 256;
    private const int MaxPagesWithin = 16;

    // Compressions of Nikon, Sony, Pentax and lossy DNG.
    private static readonly long[] RawCompressions = [34713, 32767, 32769, 32770, 65535, 34892];

    /// <exception cref="InvalidDataException">The file ends before its directories do.</exception>
    /// <exception cref="UnsupportedImageException">It is a camera's raw file, or all of its pages are reduced copies.</exception>
    public static TiffDirectory FindImage(TiffFile file)
    {
        TiffDirectory first = file.ReadDirectory(file.FirstDirectory);
        TiffDirectory[] within = [.. Within(first)];
        RefuseRaw([first, .. within]);
        if (!IsReducedOrMask(first))
        {
            return first;
        }

        TiffDirectory[] others = [.. Following(first), .. within];
        RefuseRaw(others);
        return others.Length == 0 ? first : others.FirstOrDefault(page => !IsReducedOrMask(page)) ?? throw new UnsupportedImageException(
            $"All {others.Length + 1} pages of the TIFF are marked as reduced copies or masks of another image, which is not in it. "
            + "Send the image itself.");
    }

    private static bool IsReducedOrMask(TiffDirectory page) =>
        (page.Number(TiffTag.NewSubfileType, 0) & 0b101) != 0
        || page.Number(TiffTag.SubfileType, 1) == 2
        || page.Number(TiffTag.PhotometricInterpretation, 1) == (long)TiffColour.Mask;

    private static IEnumerable<TiffDirectory> Following(TiffDirectory first)
    {
        var seen = new HashSet<long>();
        for (TiffDirectory page = first; page.Next != 0 && seen.Count < MaxPages && seen.Add(page.Next);)
        {
            page = page.File.ReadDirectory(page.Next);
            yield return page;
        }
    }

    private static IEnumerable<TiffDirectory> Within(TiffDirectory page) =>
        page.Numbers(TiffTag.SubIfds).Where(offset => offset != 0).Take(MaxPagesWithin).Select(page.File.ReadDirectory);

    private static void RefuseRaw(TiffDirectory[] pages)
    {
        string? kind = pages.Any(page => page.Has(TiffTag.DngVersion)) ? "DNG"
            : pages.Any(IsRaw) ? "its sensor's samples"
            : null;
        if (kind is not null)
        {
            throw new UnsupportedImageException(
                $"This is a raw camera file ({kind}), which is not read; export it from the camera or a raw converter as JPEG or TIFF.");
        }
    }

    private static bool IsRaw(TiffDirectory page) =>
        page.Number(TiffTag.PhotometricInterpretation, 1) is (long)TiffColour.ColourFilterArray or (long)TiffColour.LinearRaw
        || RawCompressions.Contains(page.Number(TiffTag.Compression, 1));
}
