namespace Pipeline.Imaging.Tiff;

/// <summary>One field of a directory, its values still in the file.</summary>
/// <param name="Type">1 to 18, after TIFF 6.0 and BigTIFF.</param>
/// <param name="Count">Number of values.</param>
/// <param name="Offset">Where the values begin in the file.</param>
internal readonly record struct TiffField(ushort Type, long Count, long Offset)
{
    /// <summary>Bytes of one value; 0 for a type that there is none of.</summary>
    public int ValueSize => SizeOf(Type);

    /// <summary>The values as they are in the file.</summary>
    /// <exception cref="InvalidDataException">They are not all in it.</exception>
    public ReadOnlySpan<byte> Bytes(TiffFile file) =>
        ValueSize > 0 && Offset >= 0 && Count >= 0 && Count <= int.MaxValue && Offset + (Count * ValueSize) <= file.Bytes.Length
            ? file.Bytes.AsSpan((int)Offset, (int)Count * ValueSize)
            : throw new InvalidDataException("The TIFF ends before what its header says is in it.");

    public static int SizeOf(ushort type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 0,
    };
}
