using System.IO.Compression;

namespace Pipeline.Imaging.Tiff;

/// <summary>
/// Opens a strip's or tile's bytes as a stream of its rows, decompressed as they are read: no more than a row is in memory.
/// </summary>
internal static class TiffRows
{
    /// <exception cref="UnsupportedImageException">It is compressed by the bit order that LZW had before TIFF 6.0.</exception>
    public static Stream Open(TiffPage page, TiffChunks chunks, int chunk)
    {
        byte[] file = page.Directory.File.Bytes;
        (int offset, int length) = (chunks.Offsets[chunk], chunks.Lengths[chunk]);
        if (page.IsLowBitFirst)
        {
            file = [.. file.AsSpan(offset, length).ToArray().Select(Reverse)];
            offset = 0;
        }

        var bytes = new MemoryStream(file, offset, length, writable: false);
        return page.Compression switch
        {
            TiffCompression.None => bytes,
            TiffCompression.PackBits => new PackBitsStream(bytes),
            TiffCompression.Lzw => new LzwStream(file.AsMemory(offset, length)),
            TiffCompression.Deflate or TiffCompression.OldDeflate => new ZLibStream(bytes, CompressionMode.Decompress),
            _ => throw new ArgumentOutOfRangeException(nameof(page), page.Compression, "libvips reads it."),
        };
    }

    /// <summary>Reads a row.</summary>
    /// <exception cref="InvalidDataException">The data are damaged, or end within it.</exception>
    public static void ReadWhole(Stream rows, byte[] row)
    {
        bool whole;
        try
        {
            whole = rows.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) == row.Length;
        }
        catch (InvalidDataException)
        {
            whole = false;
        }

        if (!whole)
        {
            throw new InvalidDataException("The TIFF is damaged: the data of a strip or tile are broken, or end before its last pixel.");
        }
    }

    private static byte Reverse(byte bits)
    {
        int reversed = 0;
        for (int i = 0; i < 8; i++)
        {
            reversed |= ((bits >> i) & 1) << (7 - i);
        }

        return (byte)reversed;
    }
}
