using System.Buffers.Binary;
using System.Numerics;

namespace Pipeline.Imaging;

/// <summary>
/// Windows bitmaps, which libvips has no reader for: uncompressed, 1, 4, 8, 16, 24 and 32 bits a pixel, palettes and bit fields, either row order.
/// Strict: whatever the header says is checked against the bytes that are there. After Microsoft's BITMAPINFOHEADER documentation.
/// </summary>
internal sealed class BitmapReader
{
    private const int FileHeaderSize = 14;
    private const int CoreHeaderSize = 12;
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
    /// <exception cref="InvalidDataException">They contradict themselves or the file's length; the message is a sentence for people.</exception>
    public static BitmapReader Open(ReadOnlySpan<byte> file)
    {
        int headerSize = Int32(file, FileHeaderSize);
        bool core = headerSize == CoreHeaderSize;
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

        uint compression = core ? Uncompressed : (uint)Int32(file, 30);
        if (compression is not (Uncompressed or BitFields or AlphaBitFields))
        {
            throw new InvalidDataException("The BMP is compressed; only uncompressed ones are read. Save it as PNG.");
        }

        if (bits is not (1 or 4 or 8 or 16 or 24 or 32) || (compression != Uncompressed && bits is not (16 or 32)))
        {
            throw new InvalidDataException($"The BMP has {bits} bits a pixel in a form that there is none of.");
        }

        uint[] masks = Masks(file, headerSize, bits, compression, out int masksAfterHeader);
        byte[] palette = bits > 8 ? [] : Palette(file, FileHeaderSize + headerSize + masksAfterHeader, core, core ? 0 : Int32(file, 46), bits);
        int pixelOffset = Int32(file, 10);
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
        if (_pixelOffset + (stride * Height) > file.Length)
        {
            throw new InvalidDataException("The BMP ends before its last pixel.");
        }

        byte[] pixels = new byte[Width * Height * 3];
        for (int y = 0; y < Height; y++)
        {
            long row = _topDown ? y : Height - 1 - y;
            ReadOnlySpan<byte> line = file.Slice((int)(_pixelOffset + (row * stride)), (int)stride);
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
                ReadMasked(line, target);
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

    private void ReadMasked(ReadOnlySpan<byte> line, Span<byte> target)
    {
        for (int x = 0; x < Width; x++)
        {
            uint value = _bitsPerPixel == 16
                ? BinaryPrimitives.ReadUInt16LittleEndian(line[(x * 2)..])
                : BinaryPrimitives.ReadUInt32LittleEndian(line[(x * 4)..]);
            uint alpha = _masks[3] == 0 ? 255 : Channel(value, _masks[3]);
            for (int channel = 0; channel < 3; channel++)
            {
                uint colour = Channel(value, _masks[channel]);
                target[(x * 3) + channel] = (byte)(((colour * alpha) + (255 * (255 - alpha)) + 127) / 255);
            }
        }
    }

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

    private static int Int32(ReadOnlySpan<byte> file, int offset) => BinaryPrimitives.ReadInt32LittleEndian(file[offset..]);

    private static int UInt16(ReadOnlySpan<byte> file, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(file[offset..]);
}
