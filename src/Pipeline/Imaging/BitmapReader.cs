using System.Buffers.Binary;
using System.Numerics;

namespace Pipeline.Imaging;

/// <summary>
/// Windows bitmaps, which libvips has no reader for: uncompressed, 1, 2, 4, 8, 16, 24 and 32 bits a pixel, palettes and bit fields, either
/// row order. Strict: whatever the header says is checked against the bytes that are there. After Microsoft's BITMAPINFOHEADER
/// documentation.
/// </summary>
internal sealed class BitmapReader
{
    private const int FileHeaderSize = 14;
    private const int CoreHeaderSize = 12;
    private const int LongestOs2HeaderSize = 64;
    private const uint Uncompressed = 0;
    private const uint BitFields = 3;
    private const uint AlphaBitFields = 6;

    private readonly int _pixelOffset;
    private readonly int _bitsPerPixel;
    private readonly bool _topDown;
    private readonly byte[] _palette;
    private readonly uint[] _masks;

    private BitmapReader(int width, int height, bool topDown, int pixelOffset, int bitsPerPixel, byte[] palette, uint[] masks)
    {
        (Width, Height, _topDown) = (width, height, topDown);
        (_pixelOffset, _bitsPerPixel, _palette, _masks) = (pixelOffset, bitsPerPixel, palette, masks);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Reads the headers and the palette; no pixel.</summary>
    /// <exception cref="InvalidDataException">They contradict themselves or the file's length; the message is a sentence for
    /// people.</exception>
    /// <exception cref="UnsupportedImageException">It is undamaged, but of a kind that is not read.</exception>
    public static BitmapReader Open(ReadOnlySpan<byte> file)
    {
        int headerSize = Int32(file, FileHeaderSize);
        bool core = headerSize == CoreHeaderSize;
        if (!core && headerSize is < 16 or (> LongestOs2HeaderSize and not (108 or 124)))
        {
            throw new UnsupportedImageException($"The BMP has a header of {headerSize} bytes, which there is none of. Save it as PNG.");
        }

        if (file.Length < FileHeaderSize + headerSize)
        {
            throw new InvalidDataException("The BMP ends within its header.");
        }

        (int width, int height, int bits) = core
            ? (UInt16(file, 18), UInt16(file, 20), UInt16(file, 24))
            : (Int32(file, 18), Int32(file, 22), UInt16(file, 28));
        if (width < 1 || height is 0 or int.MinValue)
        {
            throw new InvalidDataException("The BMP's header gives it no width or no height.");
        }

        uint compression = (uint)Field(file, headerSize, 30);
        RefuseUnread(headerSize, bits, compression);
        uint[] masks = Masks(file, headerSize, bits, compression, out int masksAfterHeader);
        int paletteOffset = FileHeaderSize + headerSize + masksAfterHeader;
        byte[] palette = bits > 8 ? [] : Palette(file, paletteOffset, core, Field(file, headerSize, 46), bits);

        // Some writers leave out where the pixels begin: then it is behind the palette.
        int pixelOffset = Int32(file, 10) is not 0 and var offset ? offset : paletteOffset + (palette.Length / 3 * (core ? 3 : 4));
        if (pixelOffset < FileHeaderSize + headerSize)
        {
            throw new InvalidDataException("The BMP's header says that pixels begin within it.");
        }

        return new BitmapReader(width, Math.Abs(height), height < 0, pixelOffset, bits, palette, masks);
    }

    /// <summary>byte[Height * Width * 3], RGB from the top; what is transparent is laid over white.</summary>
    /// <exception cref="InvalidDataException">The file is shorter than its pixels, or a pixel is beyond the palette.</exception>
    public byte[] ReadPixels(ReadOnlySpan<byte> file)
    {
        long stride = ((long)Width * _bitsPerPixel + 31) / 32 * 4;

        // A row is filled up to a multiple of 4 bytes; behind the last one the filling is no pixel.
        long used = ((long)Width * _bitsPerPixel + 7) / 8;
        if (_pixelOffset + (stride * (Height - 1)) + used > file.Length)
        {
            throw new InvalidDataException("The BMP ends before its last pixel.");
        }

        bool isOpaque = _masks[3] == 0 || !HasOpacity(file, stride);

        byte[] pixels = new byte[Width * Height * 3];
        for (int y = 0; y < Height; y++)
        {
            long row = _topDown ? y : Height - 1 - y;
            ReadOnlySpan<byte> line = file.Slice((int)(_pixelOffset + (row * stride)), (int)used);
            Span<byte> target = pixels.AsSpan(y * Width * 3, Width * 3);
            if (_bitsPerPixel <= 8)
            {
                ReadIndexed(line, target);
            }
            else if (_bitsPerPixel == 24)
            {
                ReadBgr(line, target);
            }
            else
            {
                ReadMasked(line, target, isOpaque);
            }
        }

        return pixels;
    }

    private void ReadIndexed(ReadOnlySpan<byte> line, Span<byte> target)
    {
        int perByte = 8 / _bitsPerPixel;
        int mask = (1 << _bitsPerPixel) - 1;
        for (int x = 0; x < Width; x++)
        {
            int index = (line[x / perByte] >> (8 - (_bitsPerPixel * ((x % perByte) + 1)))) & mask;
            if ((index * 3) + 3 > _palette.Length)
            {
                throw new InvalidDataException("A pixel of the BMP is beyond its palette.");
            }

            _palette.AsSpan(index * 3, 3).CopyTo(target[(x * 3)..]);
        }
    }

    private void ReadBgr(ReadOnlySpan<byte> line, Span<byte> target)
    {
        for (int x = 0; x < Width * 3; x += 3)
        {
            (target[x], target[x + 1], target[x + 2]) = (line[x + 2], line[x + 1], line[x]);
        }
    }

    /// <summary>
    /// Whether any pixel is not wholly transparent. Many programs declare a mask for opacity and leave its bits 0; Windows and Photoshop
    /// show such an image opaque, and nobody sends one in which there is nothing to see.
    /// </summary>
    private bool HasOpacity(ReadOnlySpan<byte> file, long stride)
    {
        for (int y = 0; y < Height; y++)
        {
            ReadOnlySpan<byte> line = file[(int)(_pixelOffset + (y * stride))..];
            for (int x = 0; x < Width; x++)
            {
                if ((Pixel(line, x) & _masks[3]) != 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void ReadMasked(ReadOnlySpan<byte> line, Span<byte> target, bool isOpaque)
    {
        for (int x = 0; x < Width; x++)
        {
            uint value = Pixel(line, x);
            uint alpha = isOpaque ? 255 : Channel(value, _masks[3]);
            for (int channel = 0; channel < 3; channel++)
            {
                uint colour = Channel(value, _masks[channel]);
                target[(x * 3) + channel] = (byte)(((colour * alpha) + (255 * (255 - alpha)) + 127) / 255);
            }
        }
    }

    private uint Pixel(ReadOnlySpan<byte> line, int x) => _bitsPerPixel == 16
        ? BinaryPrimitives.ReadUInt16LittleEndian(line[(x * 2)..])
        : BinaryPrimitives.ReadUInt32LittleEndian(line[(x * 4)..]);

    private static uint Channel(uint value, uint mask)
    {
        if (mask == 0)
        {
            return 0;
        }

        int shift = BitOperations.TrailingZeroCount(mask);
        ulong max = mask >> shift;
        return (uint)(((((value & mask) >> shift) * 255UL) + (max / 2)) / max);
    }

    private static void RefuseUnread(int headerSize, int bits, uint compression)
    {
        // Numbers 3 and 4 meant other things in OS/2 2.x, whose headers have up to 64 bytes.
        bool os2 = headerSize is > 12 and <= LongestOs2HeaderSize and not (40 or 52 or 56);
        string? compressed = (compression, os2) switch
        {
            (Uncompressed, _) or (BitFields or AlphaBitFields, false) => null,
            (1, _) => "run lengths, RLE8",
            (2, _) => "run lengths, RLE4",
            (3, true) => "Huffman 1D",
            (4, true) => "run lengths, RLE24",
            (4, false) => "an embedded JPEG",
            (5, _) => "an embedded PNG",
            _ => $"method {compression}",
        };
        if (compressed is not null)
        {
            throw new UnsupportedImageException($"The BMP is compressed ({compressed}); only uncompressed ones are read. Save it as PNG.");
        }

        if (bits is not (1 or 2 or 4 or 8 or 16 or 24 or 32) || (compression != Uncompressed && bits is not (16 or 32)))
        {
            throw new UnsupportedImageException(
                $"The BMP has {bits} bits a pixel{(compression == Uncompressed ? "" : " in bit fields")}, which is not read; "
                + "1, 2, 4, 8, 16, 24 and 32 bits are. Save it as PNG.");
        }
    }

    /// <summary>Red, green, blue, alpha.</summary>
    private static uint[] Masks(ReadOnlySpan<byte> file, int headerSize, int bits, uint compression, out int bytesAfterHeader)
    {
        bytesAfterHeader = 0;
        if (compression == Uncompressed)
        {
            return bits == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0x00FF0000, 0x0000FF00, 0x000000FF, 0];
        }

        // The short header has them behind it, the longer ones within, at the same place of the file.
        const int MasksOffset = FileHeaderSize + 40;
        bool withAlpha = headerSize >= 56 || compression == AlphaBitFields;
        int length = withAlpha ? 16 : 12;
        if (headerSize == 40)
        {
            bytesAfterHeader = length;
        }

        if (file.Length < MasksOffset + length)
        {
            throw new InvalidDataException("The BMP ends within its bit fields.");
        }

        uint[] masks = new uint[4];
        for (int i = 0; i < length / 4; i++)
        {
            masks[i] = (uint)Int32(file, MasksOffset + (i * 4));
            uint run = masks[i] >> BitOperations.TrailingZeroCount(masks[i] | 0x80000000);
            if ((run & (run + 1)) != 0)
            {
                throw new InvalidDataException("The BMP's bit fields have holes.");
            }
        }

        return masks;
    }

    private static byte[] Palette(ReadOnlySpan<byte> file, int offset, bool core, int used, int bits)
    {
        int colours = 1 << bits;
        if (used < 0 || used > colours)
        {
            throw new InvalidDataException("The BMP's palette has more colours than its pixels can name.");
        }

        colours = used == 0 ? colours : used;
        int entry = core ? 3 : 4;
        if (file.Length < offset + (colours * entry))
        {
            throw new InvalidDataException("The BMP ends within its palette.");
        }

        byte[] palette = new byte[colours * 3];
        for (int i = 0; i < colours; i++)
        {
            ReadOnlySpan<byte> bgr = file.Slice(offset + (i * entry), 3);
            (palette[i * 3], palette[(i * 3) + 1], palette[(i * 3) + 2]) = (bgr[2], bgr[1], bgr[0]);
        }

        return palette;
    }

    /// <summary>A number of the header; 0 where the header, as OS/2 allows, ends before it.</summary>
    private static int Field(ReadOnlySpan<byte> file, int headerSize, int offset) =>
        offset + sizeof(int) <= FileHeaderSize + headerSize ? Int32(file, offset) : 0;

    private static int Int32(ReadOnlySpan<byte> file, int offset) => BinaryPrimitives.ReadInt32LittleEndian(file[offset..]);

    private static int UInt16(ReadOnlySpan<byte> file, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(file[offset..]);
}
