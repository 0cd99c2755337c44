namespace Pipeline.Imaging.Tiff;

/// <summary>LZW as in TIFF 6.0 section 13: highest bit first, codes of 9 to 12 bits that grow one code early.</summary>
internal sealed class LzwStream : DecompressingStream
{
    private const int Clear = 256;
    private const int End = 257;
    private const int MaxCodes = 4096;

    private readonly ReadOnlyMemory<byte> _packed;

    // A code is another one and a byte behind it; Lengths counts its bytes.
    private readonly ushort[] _prefix = new ushort[MaxCodes];
    private readonly byte[] _last = new byte[MaxCodes];
    private readonly byte[] _first = new byte[MaxCodes];
    private readonly ushort[] _lengths = new ushort[MaxCodes];
    private readonly byte[] _string = new byte[MaxCodes];

    private int _position;
    private uint _bits;
    private int _bitCount;
    private int _codeSize = 9;
    private int _next = End + 1;
    private int _previous = -1;
    private int _stringAt;
    private int _stringLength;

    public LzwStream(ReadOnlyMemory<byte> packed)
    {
        if (packed.Length >= 2 && packed.Span[0] == 0 && (packed.Span[1] & 1) == 1)
        {
            throw new UnsupportedImageException(
                "The TIFF is compressed by LZW with the bit order that it had before 1988, which is not read. Save it as PNG.");
        }

        _packed = packed;
        for (int i = 0; i < 256; i++)
        {
            (_last[i], _first[i], _lengths[i]) = ((byte)i, (byte)i, 1);
        }
    }

    /// <exception cref="InvalidDataException">A code is none that there can be.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read = 0;
        while (read < buffer.Length)
        {
            if (_stringAt == _stringLength && !ReadString())
            {
                break;
            }

            int length = Math.Min(buffer.Length - read, _stringLength - _stringAt);
            _string.AsSpan(_stringAt, length).CopyTo(buffer[read..]);
            _stringAt += length;
            read += length;
        }

        return read;
    }

    private bool ReadString()
    {
        int code = ReadCode();
        while (code == Clear)
        {
            (_codeSize, _next, _previous) = (9, End + 1, -1);
            code = ReadCode();
        }

        if (code is < 0 or End)
        {
            return false;
        }

        if (_previous >= 0)
        {
            Add(code);
        }

        if (code >= _next || (_previous < 0 && code > 255))
        {
            throw new InvalidDataException("The LZW data hold a code that there cannot be.");
        }

        _previous = code;
        (_stringAt, _stringLength) = (0, _lengths[code]);
        for (int i = _stringLength - 1; i >= 0; i--)
        {
            _string[i] = _last[code];
            code = _prefix[code];
        }

        return true;
    }

    // The code before, and the first byte of this one; which may be the very code that is added.
    private void Add(int code)
    {
        if (_next == MaxCodes)
        {
            return;
        }

        _prefix[_next] = (ushort)_previous;
        _first[_next] = _first[_previous];
        _lengths[_next] = (ushort)(_lengths[_previous] + 1);
        _last[_next] = code < _next ? _first[code] : _first[_previous];
        _next++;
        if (_next >= (1 << _codeSize) - 1 && _codeSize < 12)
        {
            _codeSize++;
        }
    }

    private int ReadCode()
    {
        while (_bitCount < _codeSize)
        {
            if (_position == _packed.Length)
            {
                return -1;
            }

            _bits = (_bits << 8) | _packed.Span[_position++];
            _bitCount += 8;
        }

        _bitCount -= _codeSize;
        return (int)(_bits >> _bitCount) & ((1 << _codeSize) - 1);
    }
}
