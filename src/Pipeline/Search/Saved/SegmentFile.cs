using System.Runtime.InteropServices;
using Pipeline.Search.Codes;
using Pipeline.Search.Segments;

namespace Pipeline.Search.Saved;

/// <summary>
/// The file of a segment, without its vectors: a header, and then the arrays as they are in memory, little-endian. So reading it is copying.
/// </summary>
internal sealed class SegmentFile
{
    /// <summary>Length of the header.</summary>
    public const int HeaderLength = 24;

    private const int Format = 0x32474553;

    private readonly int[] _header;
    private readonly IReadOnlyList<SectionBytes> _sections;
    private readonly long[] _offsets;

    private SegmentFile(int dimension, ImageColumns images, ulong[] codes, CodeScalars[] scalars, uint[] checksums)
    {
        (Dimension, Images, Codes, Scalars, Checksums) = (dimension, images, codes, scalars, checksums);
        _header = [Format, images.Count, dimension, images.Count == 0 ? 0 : codes.Length / images.Count, images.TextLength, 0];
        _sections =
        [
            () => MemoryMarshal.AsBytes(_header.AsSpan()),
            () => MemoryMarshal.AsBytes(codes.AsSpan()),
            () => MemoryMarshal.AsBytes(scalars.AsSpan()),
            () => MemoryMarshal.AsBytes(checksums.AsSpan()),
            .. images.ToSections(),
        ];
        _offsets = new long[_sections.Count + 1];
        for (int i = 0; i < _sections.Count; i++)
        {
            _offsets[i + 1] = _offsets[i] + _sections[i]().Length;
        }
    }

    public int Dimension { get; }

    public ImageColumns Images { get; }

    public ulong[] Codes { get; }

    public CodeScalars[] Scalars { get; }

    /// <summary>Of each vector its <see cref="SavedVectors.Checksum"/>.</summary>
    public uint[] Checksums { get; }

    /// <summary>Length of the file.</summary>
    public long Length => _offsets[^1];

    /// <summary>The file of a segment that has codes.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="dimension">Length of its vectors.</param>
    /// <param name="checksums">Those of its vectors.</param>
    public static SegmentFile Of(Segment segment, int dimension, uint[] checksums) =>
        new(dimension, segment.Images, ArrayOf(segment.Codes), ArrayOf(segment.Scalars), checksums);

    /// <summary>A file to be filled by <see cref="CopyFrom"/>.</summary>
    /// <param name="header">Its first <see cref="HeaderLength"/> bytes.</param>
    /// <param name="length">Its length.</param>
    /// <param name="file">The file.</param>
    /// <returns>False where the header is not of this format or says another length.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> header, long length, out SegmentFile file)
    {
        ReadOnlySpan<int> numbers = MemoryMarshal.Cast<byte, int>(header);
        file = new SegmentFile(0, new ImageColumns(0, 0), [], [], []);
        if (numbers is not [Format, > 0 and var count, > 0 and var dimension, > 0 and var words, >= 0 and var text, _]
            || count * (long)words * sizeof(ulong) > length || text > length)
        {
            return false;
        }

        file = new SegmentFile(
            dimension, new ImageColumns(count, text), new ulong[count * words], new CodeScalars[count], new uint[count]);
        return file.Length == length;
    }

    /// <summary>Copies a part of the file out.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="bytes">Takes it.</param>
    public void CopyTo(long offset, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            Span<byte> from = From(offset);
            int count = Math.Min(from.Length, bytes.Length);
            from[..count].CopyTo(bytes);
            offset += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Copies a part of the file in.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="bytes">Has it.</param>
    public void CopyFrom(long offset, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            Span<byte> to = From(offset);
            int count = Math.Min(to.Length, bytes.Length);
            bytes[..count].CopyTo(to);
            offset += count;
            bytes = bytes[count..];
        }
    }

    // Not a copy: codes of a million images are half a gigabyte.
    private static T[] ArrayOf<T>(ReadOnlyMemory<T> memory) =>
        MemoryMarshal.TryGetArray(memory, out ArraySegment<T> whole) && whole.Count == whole.Array!.Length ? whole.Array : memory.ToArray();

    private Span<byte> From(long offset)
    {
        int section = 0;
        while (_offsets[section + 1] <= offset)
        {
            section++;
        }

        return _sections[section]()[(int)(offset - _offsets[section])..];
    }
}
