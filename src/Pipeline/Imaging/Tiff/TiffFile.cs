using System.Buffers.Binary;

namespace Pipeline.Imaging.Tiff;

/// <summary>
/// The bytes of a TIFF or BigTIFF of either byte order, and reading in them. The bytes are untrusted: whatever lies beyond them is refused.
/// </summary>
internal sealed class TiffFile
{
    // A directory has some 20 fields; cameras write up to 100.
    private const int MaxFields = 4096;

    public TiffFile(byte[] bytes)
    {
        Bytes = bytes;
        LittleEndian = bytes[0] == (byte)'I';
        IsBig = bytes.Length >= 4 && UInt16(2) == 43;
    }

    public byte[] Bytes { get; }

    public bool LittleEndian { get; }

    /// <summary>Whether offsets have 8 bytes.</summary>
    public bool IsBig { get; }

    /// <summary>Where the file says its first directory is.</summary>
    public long FirstDirectory => IsBig ? Int64(8) : UInt32(4);

    /// <summary>The directory at an offset. Of a field that is there twice, the first counts, as in libtiff.</summary>
    /// <exception cref="InvalidDataException">It is not within the file, or claims more fields than there are.</exception>
    public TiffDirectory ReadDirectory(long offset)
    {
        long count = IsBig ? Int64(offset) : UInt16(offset);
        int entrySize = IsBig ? 20 : 12;
        long first = offset + (IsBig ? 8 : 2);
        if (count is < 1 or > MaxFields)
        {
            throw new InvalidDataException("The TIFF has a directory without fields, or with more than there are.");
        }

        var fields = new Dictionary<TiffTag, TiffField>();
        for (int i = 0; i < count; i++)
        {
            long entry = first + (i * entrySize);
            ushort type = UInt16(entry + 2);
            long values = IsBig ? Int64(entry + 4) : UInt32(entry + 4);
            long inline = entry + (IsBig ? 12 : 8);
            int size = TiffField.SizeOf(type);
            bool isInline = size > 0 && values >= 0 && values <= (IsBig ? 8 : 4) / size;
            fields.TryAdd((TiffTag)UInt16(entry), new TiffField(type, values, isInline ? inline : Offset(inline)));
        }

        long next = first + (count * entrySize);
        bool hasNext = next + (IsBig ? 8 : 4) <= Bytes.Length;
        return new TiffDirectory(this, fields, hasNext ? Offset(next) : 0);
    }

    public byte Byte(long offset) => At(offset, 1)[0];

    public ushort UInt16(long offset) => LittleEndian
        ? BinaryPrimitives.ReadUInt16LittleEndian(At(offset, 2))
        : BinaryPrimitives.ReadUInt16BigEndian(At(offset, 2));

    public uint UInt32(long offset) => LittleEndian
        ? BinaryPrimitives.ReadUInt32LittleEndian(At(offset, 4))
        : BinaryPrimitives.ReadUInt32BigEndian(At(offset, 4));

    public long Int64(long offset) => LittleEndian
        ? BinaryPrimitives.ReadInt64LittleEndian(At(offset, 8))
        : BinaryPrimitives.ReadInt64BigEndian(At(offset, 8));

    private long Offset(long at) => IsBig ? Int64(at) : UInt32(at);

    private ReadOnlySpan<byte> At(long offset, int length) => offset >= 0 && offset <= Bytes.Length - length
        ? Bytes.AsSpan((int)offset, length)
        : throw new InvalidDataException("The TIFF ends before what its header says is in it.");
}
