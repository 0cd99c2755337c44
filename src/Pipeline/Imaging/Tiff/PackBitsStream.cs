namespace Pipeline.Imaging.Tiff;

/// <summary>PackBits, TIFF 6.0 section 9: runs of one byte, and runs of bytes as they are.</summary>
internal sealed class PackBitsStream(Stream packed) : DecompressingStream
{
    private int _left;
    private int _repeated = -1;

    public override int Read(Span<byte> buffer)
    {
        while (_left == 0)
        {
            switch (packed.ReadByte())
            {
                case < 0:
                    return 0;
                case < 128 and var literal:
                    (_left, _repeated) = (literal + 1, -1);
                    break;
                case > 128 and var run:
                    (_left, _repeated) = (257 - run, packed.ReadByte());
                    if (_repeated < 0)
                    {
                        return _left = 0;
                    }

                    break;
                default: // 128 does nothing.
                    break;
            }
        }

        Span<byte> target = buffer[..Math.Min(_left, buffer.Length)];
        int read = target.Length;
        if (_repeated >= 0)
        {
            target.Fill((byte)_repeated);
        }
        else
        {
            read = packed.Read(target);
        }

        _left -= read;
        return read;
    }
}
