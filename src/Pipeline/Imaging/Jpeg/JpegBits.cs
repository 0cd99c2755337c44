namespace Pipeline.Imaging.Jpeg;

/// <summary>The bits of entropy-coded data, up to the next marker (ITU T.81, F.2.2.5).</summary>
internal ref struct JpegBits(ReadOnlySpan<byte> file, int offset)
{
    private readonly ReadOnlySpan<byte> _file = file;
    private int _offset = offset;
    private ulong _bits;
    private int _count;

    /// <summary>Whole bytes that are left before the next marker.</summary>
    public readonly int Left => (_count / 8) + JpegMarkers.Find(_file, _offset) - _offset;

    /// <summary>The next code by its table.</summary>
    /// <exception cref="InvalidDataException">There is no such code, or the data ends within it.</exception>
    public int Code(JpegHuffmanTable table)
    {
        Fill();
        int window = _count >= 16 ? (int)(_bits >> (_count - 16)) & 0xFFFF : (int)(_bits << (16 - _count)) & 0xFFFF;
        (int length, int symbol) = table.Find(window);
        if (length == 0 || length > _count)
        {
            throw JpegDamage.Exception();
        }

        _count -= length;
        return symbol;
    }

    /// <summary>The next 0 to 16 bits as an unsigned number.</summary>
    /// <exception cref="InvalidDataException">The data ends before them.</exception>
    public int Read(int length)
    {
        Fill();
        if (length > _count)
        {
            throw JpegDamage.Exception();
        }

        _count -= length;
        return (int)(_bits >> _count) & ((1 << length) - 1);
    }

    /// <summary>Passes over what is left before the next marker, which must be a restart marker of a number.</summary>
    /// <exception cref="InvalidDataException">It is another.</exception>
    public void Restart(int number)
    {
        int marker = JpegMarkers.Find(_file, _offset);
        if (marker >= _file.Length || _file[marker] != JpegMarkers.Restart0 + number)
        {
            throw JpegDamage.Exception();
        }

        (_offset, _bits, _count) = (marker + 1, 0, 0);
    }

    private void Fill()
    {
        while (_count <= 48 && _offset < _file.Length)
        {
            byte value = _file[_offset];
            if (value == 0xFF)
            {
                int next = _offset + 1;
                while (next < _file.Length && _file[next] == 0xFF)
                {
                    next++;
                }

                if (next >= _file.Length || _file[next] != 0)
                {
                    return;
                }

                _offset = next;
            }

            _offset++;
            _bits = (_bits << 8) | value;
            _count += 8;
        }
    }
}
