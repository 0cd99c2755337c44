namespace Pipeline.Imaging.Tiff;

/// <summary>Where a page's strips or tiles are: all of them within the file, each with as many bytes as it can have.</summary>
/// <param name="Width">Pixels in a row of one.</param>
/// <param name="Height">Rows of one; the last strip may have fewer.</param>
/// <param name="Across">How many lie side by side.</param>
/// <param name="Down">How many lie below each other.</param>
/// <param name="Offsets">int[planes * Down * Across], in the file.</param>
/// <param name="Lengths">Bytes at each offset.</param>
internal sealed record TiffChunks(int Width, int Height, int Across, int Down, int[] Offsets, int[] Lengths)
{
    /// <summary>
    /// Lengths that are missing, 0 or beyond the end of the file are framing, and are set right: for uncompressed samples by their number,
    /// for others by the end of the file, since a decompressor stops at its last row.
    /// </summary>
    /// <exception cref="InvalidDataException">A strip or tile is missing, or is not within the file.</exception>
    public static TiffChunks Find(TiffPage page)
    {
        TiffDirectory directory = page.Directory;
        (long width, long height) = page.IsTiled
            ? (directory.Number(TiffTag.TileWidth, 0), directory.Number(TiffTag.TileLength, 0))
            : (page.Width, directory.Number(TiffTag.RowsPerStrip, page.Height));
        height = !page.IsTiled && (height < 1 || height > page.Height) ? page.Height : height;
        if (width is < 1 or > 1 << 20 && page.IsTiled || height is < 1 or > 1 << 20 && page.IsTiled)
        {
            throw new InvalidDataException("The TIFF's tiles have no size, or one beyond any image.");
        }

        string name = page.IsTiled ? "tiles" : "strips";
        (int across, int down) = ((int)((page.Width - 1L) / width) + 1, (int)((page.Height - 1L) / height) + 1);
        long count = (long)across * down * (page.IsPlanar ? page.Samples : 1);
        long[] offsets = First(directory, TiffTag.TileOffsets, TiffTag.StripOffsets, page.IsTiled);
        long[] lengths = First(directory, TiffTag.TileByteCounts, TiffTag.StripByteCounts, page.IsTiled);
        int missing = (int)Math.Max(0, count - offsets.Length)
            + offsets.Take((int)Math.Min(count, int.MaxValue)).Count(offset => offset == 0);
        if (missing > 0)
        {
            throw new InvalidDataException($"The TIFF is damaged: {missing:N0} of its {count:N0} {name} are missing.");
        }

        var chunks = new TiffChunks((int)width, (int)height, across, down, new int[count], new int[count]);
        for (int i = 0; i < count; i++)
        {
            long size = page.Compression == TiffCompression.None ? chunks.UncompressedSize(page, i / across % down) : 0;
            long left = directory.File.Bytes.Length - offsets[i];
            if (left <= 0 || offsets[i] < 0 || size > left)
            {
                throw new InvalidDataException("The TIFF ends before its last pixel.");
            }

            long length = size > 0 ? size : i < lengths.Length && lengths[i] > 0 ? Math.Min(lengths[i], left) : left;
            (chunks.Offsets[i], chunks.Lengths[i]) = ((int)offsets[i], (int)length);
        }

        return chunks;
    }

    /// <summary>Rows of the image in the strip or tile at a place from the top; a tile's rows beyond the image are not counted.</summary>
    public int RowsOf(TiffPage page, int down) => Math.Min(Height, page.Height - (down * Height));

    /// <summary>Bytes of one row.</summary>
    public long RowSize(TiffPage page) => (((long)Width * page.Bits * (page.IsPlanar ? 1 : page.Samples)) + 7) / 8;

    private long UncompressedSize(TiffPage page, int down)
    {
        // A tile is stored whole, also where it goes beyond the image.
        int rows = page.IsTiled ? Height : RowsOf(page, down);
        if (page.Colour != TiffColour.YCbCr || page.IsPlanar)
        {
            return RowSize(page) * rows;
        }

        (int h, int v) = page.SubSampling;
        return ((Width + h - 1L) / h) * ((rows + v - 1L) / v) * ((h * v) + page.Samples - 1);
    }

    // Some writers put tiles into the fields of strips.
    private static long[] First(TiffDirectory directory, TiffTag tiles, TiffTag strips, bool tiled) =>
        directory.Numbers(tiled && directory.Has(tiles) ? tiles : strips);
}
