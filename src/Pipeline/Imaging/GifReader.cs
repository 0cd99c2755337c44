using System.Buffers.Binary;

namespace Pipeline.Imaging;

/// <summary>
/// The first frame of a GIF, over white. Unlike libnsgif, which libvips reads them by, it refuses damage within the data and leaves white
/// what the frame does not cover, as browsers do. After the GIF89a specification.
/// </summary>
internal sealed class GifReader
{
    private const int MaxCodes = 4096;

    // Bytes that some writers leave behind the last pixel's code, mostly in place of the end code.
    private const int MaxFiller = 8;

    private readonly int _left;
    private readonly int _top;
    private readonly int _frameWidth;
    private readonly int _frameHeight;
    private readonly bool _interlaced;
    private readonly int _transparent;
    private readonly int _paletteAt;
    private readonly int _colours;
    private readonly int _dataAt;

    private GifReader(ReadOnlySpan<byte> gif, int descriptor, int globalColours, int transparent)
    {
        (_left, _top) = (UInt16(gif, descriptor + 1), UInt16(gif, descriptor + 3));
        (_frameWidth, _frameHeight) = (UInt16(gif, descriptor + 5), UInt16(gif, descriptor + 7));
        if (_frameWidth == 0 || _frameHeight == 0)
        {
            throw new InvalidDataException("The GIF's first frame has no width or no height.");
        }

        byte flags = gif[descriptor + 9];
        _interlaced = (flags & 0x40) != 0;
        bool hasLocal = (flags & 0x80) != 0;
        _colours = hasLocal ? 2 << (flags & 7) : globalColours;
        _paletteAt = hasLocal ? descriptor + 10 : 13;
        _dataAt = descriptor + 10 + (hasLocal ? _colours * 3 : 0);
        _transparent = transparent;
        if (_dataAt >= gif.Length)
        {
            throw Ends();
        }

        // A frame beyond the canvas makes it larger, as in Pillow and libnsgif.
        Width = Math.Max(UInt16(gif, 6), _left + _frameWidth);
        Height = Math.Max(UInt16(gif, 8), _top + _frameHeight);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Reads up to the first frame's data; no pixel.</summary>
    /// <exception cref="InvalidDataException">The file ends before, or has no frame; the message is a sentence for people.</exception>
    public static GifReader Open(ReadOnlySpan<byte> gif)
    {
        const int Header = 13;
        if (gif.Length < Header)
        {
            throw Ends();
        }

        int globalColours = (gif[10] & 0x80) != 0 ? 2 << (gif[10] & 7) : 0;
        int at = Header + (globalColours * 3);
        int transparent = -1;
        while (true)
        {
            switch (at < gif.Length ? gif[at] : throw Ends())
            {
                case 0x21: // An extension; a graphic control says what is transparent.
                    if (at + 7 < gif.Length && gif[at + 1] == 0xF9 && gif[at + 2] >= 4)
                    {
                        transparent = (gif[at + 3] & 1) != 0 ? gif[at + 6] : -1;
                    }

                    at = SkipBlocks(gif, at + 2);
                    break;
                case 0x2C:
                    return at + 10 <= gif.Length ? new GifReader(gif, at, globalColours, transparent) : throw Ends();
                case 0x3B:
                    throw new InvalidDataException("The GIF has no frame.");
                default:
                    throw Damaged("something that is no block begins before its first frame");
            }
        }
    }

    /// <summary>byte[Height * Width * 3], RGB; what is transparent or not covered is white.</summary>
    /// <exception cref="InvalidDataException">The frame's data are damaged or end early; the message is a sentence for people.</exception>
    public byte[] ReadPixels(ReadOnlySpan<byte> gif)
    {
        byte[] indices = ReadIndices(gif);
        byte[] pixels = new byte[checked(Width * Height * 3)];
        pixels.AsSpan().Fill(255);
        int from = 0;
        foreach (int row in Rows())
        {
            Span<byte> target = pixels.AsSpan((((_top + row) * Width) + _left) * 3, _frameWidth * 3);
            for (int x = 0; x < target.Length; x += 3)
            {
                int index = indices[from++];
                if (index == _transparent)
                {
                    continue;
                }

                if (index >= _colours)
                {
                    throw Damaged("a pixel is beyond its palette");
                }

                gif.Slice(_paletteAt + (index * 3), 3).CopyTo(target[x..]);
            }
        }

        return pixels;
    }

    // An interlaced frame has every eighth row, then those between, then those between again.
    private IEnumerable<int> Rows()
    {
        (int First, int Step)[] passes = _interlaced ? [(0, 8), (4, 8), (2, 4), (1, 2)] : [(0, 1)];
        foreach ((int first, int step) in passes)
        {
            for (int row = first; row < _frameHeight; row += step)
            {
                yield return row;
            }
        }
    }

    private byte[] ReadIndices(ReadOnlySpan<byte> gif)
    {
        int minimum = gif[_dataAt];
        if (minimum is < 1 or > 8)
        {
            throw Damaged($"its codes have {minimum} bits");
        }

        (int clear, int end) = (1 << minimum, (1 << minimum) + 1);
        int[] prefix = new int[MaxCodes];
        byte[] last = new byte[MaxCodes];
        byte[] text = new byte[MaxCodes];
        byte[] indices = new byte[checked(_frameWidth * _frameHeight)];
        int written = 0;
        var codes = new GifCodes(gif, _dataAt + 1);
        int size = minimum + 1;
        int next = end + 1;
        int previous = -1;
        byte first = 0;
        while (written < indices.Length)
        {
            int code = codes.Read(size);
            if (code == clear)
            {
                (size, next, previous) = (minimum + 1, end + 1, -1);
                continue;
            }

            if (code == end)
            {
                throw Damaged($"it has {written:N0} of its {indices.Length:N0} pixels");
            }

            if (code > next || (code == next && next == MaxCodes) || (previous < 0 && code > end))
            {
                throw Damaged("its data hold a code that there cannot be");
            }

            // The string of a code, from its end; of the code that is just being made, the one before and its first value.
            int length = 0;
            int at = code;
            if (code == next)
            {
                text[length++] = first;
                at = previous;
            }

            for (; at > end; at = prefix[at])
            {
                text[length++] = last[at];
            }

            text[length++] = first = (byte)at;
            if (written + length > indices.Length)
            {
                throw Damaged("it has more pixels than its frame");
            }

            while (length > 0)
            {
                indices[written++] = text[--length];
            }

            if (previous >= 0 && next < MaxCodes)
            {
                (prefix[next], last[next]) = (previous, first);
                next++;
                if (next == 1 << size && size < 12)
                {
                    size++;
                }
            }

            previous = code;
        }

        if (!codes.EndsHere(size, clear, end, MaxFiller))
        {
            throw Damaged("it has more pixels than its frame");
        }

        return indices;
    }

    private static int SkipBlocks(ReadOnlySpan<byte> gif, int at)
    {
        while (at < gif.Length && gif[at] != 0)
        {
            at += gif[at] + 1;
        }

        return at + 1;
    }

    private static InvalidDataException Damaged(string what) => new($"The GIF is damaged: {what}.");

    private static InvalidDataException Ends() => new("The GIF ends before its last pixel.");

    private static int UInt16(ReadOnlySpan<byte> gif, int at) => BinaryPrimitives.ReadUInt16LittleEndian(gif[at..]);
}
