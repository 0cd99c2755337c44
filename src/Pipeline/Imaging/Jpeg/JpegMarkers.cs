using System.Buffers.Binary;

namespace Pipeline.Imaging.Jpeg;

/// <summary>Goes from marker to marker (ITU T.81, B.1), over segments, entropy-coded data and whatever bytes lie between.</summary>
/// <param name="file">A JPEG from its first byte.</param>
internal ref struct JpegMarkers(ReadOnlySpan<byte> file)
{
    public const byte HuffmanTables = 0xC4;
    public const byte Restart0 = 0xD0;
    public const byte Restart7 = 0xD7;
    public const byte StartOfImage = 0xD8;
    public const byte EndOfImage = 0xD9;
    public const byte StartOfScan = 0xDA;
    public const byte NumberOfLines = 0xDC;
    public const byte RestartInterval = 0xDD;

    private const byte Temporary = 0x01;

    private readonly ReadOnlySpan<byte> _file = file;
    private int _next = 2;

    /// <summary>The second byte of the marker.</summary>
    public byte Marker { get; private set; }

    /// <summary>Where the marker's 0xFF is.</summary>
    public int Offset { get; private set; }

    /// <summary>What follows a marker's length; empty for markers that stand alone.</summary>
    public ReadOnlySpan<byte> Segment { get; private set; }

    /// <summary>The byte after the segment: where a scan's data begins.</summary>
    public readonly int SegmentEnd => _next;

    /// <summary>Goes to the next marker that is no restart marker.</summary>
    /// <returns>False if there is none, or if the file ends within its segment.</returns>
    public bool MoveNext()
    {
        do
        {
            _next = Find(_file, _next);
            if (_next >= _file.Length)
            {
                return false;
            }

            (Offset, Marker) = (_next - 1, _file[_next]);
            _next++;
        }
        while (Marker is >= Restart0 and <= Restart7 or Temporary);

        Segment = default;
        if (Marker is StartOfImage or EndOfImage)
        {
            return true;
        }

        if (_next + 2 > _file.Length
            || BinaryPrimitives.ReadUInt16BigEndian(_file[_next..]) is var length && (length < 2 || _next + length > _file.Length))
        {
            return false;
        }

        Segment = _file[(_next + 2)..(_next + length)];
        _next += length;
        return true;
    }

    /// <summary>
    /// The second byte of the next marker from an offset on, restart markers included; the file's length if there is none.
    /// </summary>
    public static int Find(ReadOnlySpan<byte> file, int from)
    {
        while (from < file.Length - 1)
        {
            int found = file[from..].IndexOf((byte)0xFF);
            if (found < 0)
            {
                break;
            }

            // 0xFF 0x00 is a data byte of 0xFF; 0xFF before a marker is fill.
            from += found + 1;
            if (from < file.Length && file[from] is not (0x00 or 0xFF))
            {
                return from;
            }
        }

        return file.Length;
    }
}
