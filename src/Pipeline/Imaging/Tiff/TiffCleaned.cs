using System.Buffers.Binary;

namespace Pipeline.Imaging.Tiff;

/// <summary>
/// A TIFF's bytes with one directory behind them that holds only what its pixels need, each field of the type and count that libtiff
/// expects. So a warning of libtiff is one about pixels, never about a private or sloppy field; and the page is the one that was chosen.
/// </summary>
internal static class TiffCleaned
{
    private const ushort Short = 3;
    private const ushort Long = 4;

    // Taken over as they are, where there are any.
    private static readonly TiffTag[] Copied =
    [
        TiffTag.T4Options, TiffTag.T6Options, TiffTag.ColorMap, TiffTag.JpegTables, TiffTag.YCbCrCoefficients, TiffTag.YCbCrPositioning,
        TiffTag.ReferenceBlackWhite,
    ];

    /// <exception cref="InvalidDataException">A strip or tile is missing, or something is not within the file.</exception>
    public static byte[] Write(TiffPage page, int[]? subSampling)
    {
        if (page.Colour == TiffColour.Palette && page.Directory.Numbers(TiffTag.ColorMap).Length != 3 << page.Bits)
        {
            throw new InvalidDataException("The TIFF's palette is missing, or has not as many colours as its samples can name.");
        }

        TiffChunks chunks = TiffChunks.Find(page);
        var fields = new SortedDictionary<TiffTag, (ushort Type, int[] Values)>
        {
            [TiffTag.ImageWidth] = (Long, [page.Width]),
            [TiffTag.ImageLength] = (Long, [page.Height]),
            [TiffTag.BitsPerSample] = (Short, [.. Enumerable.Repeat(page.Bits, page.Samples)]),
            [TiffTag.Compression] = (Short, [(int)page.Compression]),
            [TiffTag.PhotometricInterpretation] = (Short, [(int)page.Colour]),
            [TiffTag.FillOrder] = (Short, [page.IsLowBitFirst ? 2 : 1]),
            [TiffTag.Orientation] = (Short, [page.Orientation]),
            [TiffTag.SamplesPerPixel] = (Short, [page.Samples]),
            [TiffTag.PlanarConfiguration] = (Short, [page.IsPlanar ? 2 : 1]),
            [TiffTag.Predictor] = (Short, [page.Predictor]),
            [page.IsTiled ? TiffTag.TileOffsets : TiffTag.StripOffsets] = (Long, chunks.Offsets),
            [page.IsTiled ? TiffTag.TileByteCounts : TiffTag.StripByteCounts] = (Long, chunks.Lengths),
        };
        if (page.IsTiled)
        {
            fields[TiffTag.TileWidth] = (Long, [chunks.Width]);
            fields[TiffTag.TileLength] = (Long, [chunks.Height]);
        }
        else
        {
            fields[TiffTag.RowsPerStrip] = (Long, [chunks.Height]);
        }

        // Which of them is opacity is not libtiff's concern.
        if (page.Extras > 0)
        {
            fields[TiffTag.ExtraSamples] = (Short, new int[page.Extras]);
        }

        if (subSampling is not null)
        {
            fields[TiffTag.YCbCrSubSampling] = (Short, subSampling);
        }

        return Append(page.Directory, fields);
    }

    private static byte[] Append(TiffDirectory directory, SortedDictionary<TiffTag, (ushort Type, int[] Values)> fields)
    {
        TiffFile file = directory.File;
        (TiffTag Tag, TiffField Field)[] copied =
            [.. Copied.Where(directory.Has).Select(tag => (tag, directory.Fields[tag]))];
        int count = fields.Count + copied.Length;
        int entrySize = file.IsBig ? 20 : 12;
        int inline = file.IsBig ? 8 : 4;
        int start = (file.Bytes.Length + 7) / 8 * 8;
        int countSize = file.IsBig ? 8 : 2;
        int valuesAt = (start + countSize + (count * entrySize) + inline + 7) / 8 * 8;
        int length = valuesAt + fields.Values.Sum(field => (field.Values.Length * TiffField.SizeOf(field.Type) + 7) / 8 * 8);
        byte[] bytes = new byte[length];
        file.Bytes.CopyTo(bytes, 0);
        var writer = new Writer(bytes, file.LittleEndian);
        writer.Put(file.IsBig ? 8 : 4, start, inline);
        writer.Put(start, count, countSize);
        int entry = start + countSize;
        foreach ((TiffTag tag, ushort type, int[]? values, TiffField field) in fields
            .Select(field => (Tag: field.Key, field.Value.Type, Values: (int[]?)field.Value.Values, Field: default(TiffField)))
            .Concat(copied.Select(field => (field.Tag, field.Field.Type, Values: (int[]?)null, field.Field)))
            .OrderBy(field => field.Tag))
        {
            writer.Put(entry, (int)tag, 2);
            writer.Put(entry + 2, type, 2);
            writer.Put(entry + 4, values?.Length ?? field.Count, inline);
            int size = TiffField.SizeOf(type);
            if (values is null && field.Bytes(file).Length <= inline)
            {
                field.Bytes(file).CopyTo(bytes.AsSpan(entry + 4 + inline));
            }
            else if (values is null)
            {
                writer.Put(entry + 4 + inline, field.Offset, inline);
            }
            else if (size * values.Length <= inline)
            {
                writer.Put(entry + 4 + inline, values, size);
            }
            else
            {
                writer.Put(entry + 4 + inline, valuesAt, inline);
                writer.Put(valuesAt, values, size);
                valuesAt += ((size * values.Length) + 7) / 8 * 8;
            }

            entry += entrySize;
        }

        return bytes;
    }

    private readonly record struct Writer(byte[] Bytes, bool LittleEndian)
    {
        public void Put(int at, int[] values, int size)
        {
            foreach (int value in values)
            {
                Put(at, value, size);
                at += size;
            }
        }

        public void Put(int at, long value, int size)
        {
            Span<byte> eight = stackalloc byte[8];
            if (LittleEndian)
            {
                BinaryPrimitives.WriteInt64LittleEndian(eight, value);
            }
            else
            {
                BinaryPrimitives.WriteInt64BigEndian(eight, value);
                eight = eight[(8 - size)..];
            }

            eight[..size].CopyTo(Bytes.AsSpan(at));
        }
    }
}
