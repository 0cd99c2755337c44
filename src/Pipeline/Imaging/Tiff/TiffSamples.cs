using System.Buffers.Binary;

namespace Pipeline.Imaging.Tiff;

/// <summary>Turns a row's bytes into numbers: integers as they are, floating point as it is.</summary>
internal static class TiffSamples
{
    /// <param name="row">Samples of the page's size, packed from the highest bit, in the file's byte order.</param>
    /// <param name="page">What they are.</param>
    /// <param name="values">As many as are wanted.</param>
    public static void Read(ReadOnlySpan<byte> row, TiffPage page, Span<double> values)
    {
        bool little = page.Directory.File.LittleEndian;
        switch (page.Bits)
        {
            case 8:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = row[i];
                }

                break;
            case 16 when page.Format == TiffSampleFormat.Float:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (double)BitConverter.UInt16BitsToHalf(UInt16(row[(i * 2)..], little));
                }

                break;
            case 16:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = UInt16(row[(i * 2)..], little);
                }

                break;
            case 32:
                for (int i = 0; i < values.Length; i++)
                {
                    uint bits = UInt32(row[(i * 4)..], little);
                    values[i] = page.Format == TiffSampleFormat.Float ? BitConverter.UInt32BitsToSingle(bits) : bits;
                }

                break;
            case 64:
                for (int i = 0; i < values.Length; i++)
                {
                    ReadOnlySpan<byte> at = row[(i * 8)..];
                    values[i] = little ? BinaryPrimitives.ReadDoubleLittleEndian(at) : BinaryPrimitives.ReadDoubleBigEndian(at);
                }

                break;
            case 24 when little:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = row[i * 3] | (row[(i * 3) + 1] << 8) | (row[(i * 3) + 2] << 16);
                }

                break;
            default:
                ReadPacked(row, page.Bits, values);
                break;
        }
    }

    private static void ReadPacked(ReadOnlySpan<byte> row, int size, Span<double> values)
    {
        ulong bits = 0;
        int count = 0;
        int at = 0;
        for (int i = 0; i < values.Length; i++)
        {
            for (; count < size; count += 8)
            {
                bits = (bits << 8) | row[at++];
            }

            count -= size;
            values[i] = (bits >> count) & ((1UL << size) - 1);
        }
    }

    private static ushort UInt16(ReadOnlySpan<byte> at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    private static uint UInt32(ReadOnlySpan<byte> at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
}
