using System.Buffers.Binary;

namespace Pipeline.Imaging.Tiff;

/// <summary>Undoes, within a row, the differences that were stored instead of the samples.</summary>
internal static class TiffPredictor
{
    /// <param name="row">The samples of a row; in the file's byte order for differences, as bytes in planes for floating point's.</param>
    /// <param name="page">What the samples are.</param>
    /// <param name="perPixel">Samples of a pixel in this row.</param>
    /// <param name="scratch">As many bytes as the row.</param>
    public static void Undo(Span<byte> row, TiffPage page, int perPixel, Span<byte> scratch)
    {
        if (page.Predictor == 2)
        {
            UndoDifferences(row, page.Bits / 8, perPixel, page.Directory.File.LittleEndian);
        }
        else if (page.Predictor == 3)
        {
            UndoFloat(row, page.Bits / 8, perPixel, page.Directory.File.LittleEndian, scratch);
        }
    }

    private static void UndoDifferences(Span<byte> row, int size, int perPixel, bool littleEndian)
    {
        int step = size * perPixel;
        for (int i = step; i <= row.Length - size; i += size)
        {
            // Byte by byte from the lowest, the carry handed on.
            int carry = 0;
            for (int k = 0; k < size; k++)
            {
                int at = i + (littleEndian ? k : size - 1 - k);
                int sum = row[at] + row[at - step] + carry;
                (row[at], carry) = ((byte)sum, sum >> 8);
            }
        }
    }

    // Adobe's TIFF technical note 3: the highest bytes of all samples, then the next ones; differences between bytes.
    private static void UndoFloat(Span<byte> row, int size, int perPixel, bool littleEndian, Span<byte> scratch)
    {
        for (int i = perPixel; i < row.Length; i++)
        {
            row[i] += row[i - perPixel];
        }

        row.CopyTo(scratch);
        int samples = row.Length / size;
        for (int i = 0; i < samples; i++)
        {
            for (int k = 0; k < size; k++)
            {
                row[(i * size) + (littleEndian ? size - 1 - k : k)] = scratch[(k * samples) + i];
            }
        }
    }
}
