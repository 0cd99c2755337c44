using NetVips;

namespace Pipeline.Imaging.Tiff;

/// <summary>
/// Looks for damage in tiles before libvips reads them: its cache of tiles passes over every error of a decoder (measured with 8.18: a tile
/// cut in half, by JPEG, LZW or Deflate, is grey or noise, and no error). Strips have no such cache. Each tile is decompressed once more,
/// and dropped.
/// </summary>
internal static class TiffTiles
{
    private static readonly byte[] Start = [0xFF, 0xD8];

    /// <exception cref="InvalidDataException">A tile is damaged, or ends early.</exception>
    /// <exception cref="VipsException">A tile of JPEG data is damaged.</exception>
    public static void Check(TiffPage page)
    {
        if (!page.IsTiled)
        {
            return;
        }

        if (page.Compression == TiffCompression.Jpeg)
        {
            CheckJpeg(page);
            return;
        }

        TiffChunks chunks = TiffChunks.Find(page);
        byte[] row = new byte[chunks.RowSize(page)];
        for (int i = 0; i < chunks.Offsets.Length && page.Compression != TiffCompression.None; i++)
        {
            using Stream rows = TiffRows.Open(page, chunks, i);
            for (int y = 0; y < chunks.Height; y++)
            {
                TiffRows.ReadWhole(rows, row);
            }
        }
    }

    private static void CheckJpeg(TiffPage page)
    {
        TiffChunks chunks = TiffChunks.Find(page);
        byte[] tables = Tables(page);
        for (int i = 0; i < chunks.Offsets.Length; i++)
        {
            ReadOnlySpan<byte> tile = page.Directory.File.Bytes.AsSpan(chunks.Offsets[i], chunks.Lengths[i]);
            if (!tile.StartsWith(Start))
            {
                throw new InvalidDataException("The TIFF is damaged: a tile of JPEG data does not begin as one.");
            }

            byte[] jpeg = [.. Start, .. tables, .. tile[Start.Length..]];
            using Image image = Image.JpegloadBuffer(jpeg, access: Enums.Access.Sequential, failOn: Enums.FailOn.Warning);
            if (image.Width < chunks.Width || image.Height < chunks.Height)
            {
                throw new InvalidDataException("The TIFF is damaged: a tile of JPEG data is smaller than its tiles are.");
            }

            image.Avg();
        }
    }

    // What tiles share, in a stream of its own, from which the markers of its start and end are left out.
    private static byte[] Tables(TiffPage page) =>
        page.Directory.Fields.TryGetValue(TiffTag.JpegTables, out TiffField field) && field.Count > 4
            ? field.Bytes(page.Directory.File)[2..^2].ToArray()
            : [];
}
