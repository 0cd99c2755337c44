namespace Pipeline.Imaging.Tiff;

/// <summary>
/// How JPEG data within a TIFF are subsampled. Writers often leave it out of the directory, or write another; libtiff then warns, and takes
/// what the data say. Taken from there at once, a warning is left to be one about damage.
/// </summary>
internal static class JpegSubSampling
{
    /// <returns>Pixels across and down that share a pair of Cb and Cr; null where there are no such JPEG data.</returns>
    public static int[]? Find(TiffPage page)
    {
        if (page.Compression != TiffCompression.Jpeg || page.Colour != TiffColour.YCbCr || page.IsPlanar)
        {
            return null;
        }

        TiffChunks chunks = TiffChunks.Find(page);
        ReadOnlySpan<byte> jpeg = page.Directory.File.Bytes.AsSpan(chunks.Offsets[0], chunks.Lengths[0]);
        int at = 2;
        while (at + 12 <= jpeg.Length && jpeg[at] == 0xFF)
        {
            // A start of frame: length, depth, height, width, number of components, then a component's id and its factors.
            if (jpeg[at + 1] is 0xC0 or 0xC1 or 0xC2 && jpeg[at + 9] == 3)
            {
                int factors = jpeg[at + 11];
                return [Math.Clamp(factors >> 4, 1, 4), Math.Clamp(factors & 15, 1, 4)];
            }

            at += 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]);
        }

        (int across, int down) = page.SubSampling;
        return [across, down];
    }
}
