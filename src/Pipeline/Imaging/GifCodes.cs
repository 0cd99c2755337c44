namespace Pipeline.Imaging;

/// <summary>The LZW codes of a GIF's frame, lowest bit first, from its blocks of up to 255 bytes.</summary>
/// <param name="gif">The file.</param>
/// <param name="at">Where the first block begins.</param>
internal ref struct GifCodes(ReadOnlySpan<byte> gif, int at)
{
    private readonly ReadOnlySpan<byte> _gif = gif;
    private int _at = at;
    private int _left;
    private uint _bits;
    private int _count;

    /// <exception cref="InvalidDataException">The data, or the file, end here.</exception>
    public int Read(int size) => TryRead(size, out int code)
        ? code
        : throw new InvalidDataException("The GIF ends before its last pixel.");

    /// <summary>Whether behind the last pixel there is the end code, or hardly anything.</summary>
    public bool EndsHere(int size, int clear, int end, int maxFiller)
    {
        int code = clear;
        while (code == clear && TryRead(size, out code))
        {
            if (code == end)
            {
                return true;
            }
        }

        int filler = 0;
        while (filler <= maxFiller && TryReadByte(out _))
        {
            filler++;
        }

        return filler <= maxFiller;
    }

    private bool TryRead(int size, out int code)
    {
        for (; _count < size; _count += 8)
        {
            if (!TryReadByte(out byte value))
            {
                code = -1;
                return false;
            }

            _bits |= (uint)value << _count;
        }

        code = (int)(_bits & ((1u << size) - 1));
        _bits >>= size;
        _count -= size;
        return true;
    }

    private bool TryReadByte(out byte value)
    {
        value = 0;
        if (_left == 0)
        {
            _left = _at < _gif.Length ? _gif[_at++] : 0;
        }

        if (_left == 0 || _at >= _gif.Length)
        {
            _left = 0;
            _at = _gif.Length;
            return false;
        }

        _left--;
        value = _gif[_at++];
        return true;
    }
}
