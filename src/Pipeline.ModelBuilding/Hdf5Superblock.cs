using System.Buffers.Binary;

namespace Pipeline.ModelBuilding;

/// <summary>
/// The first bytes of an HDF5 file (HDF5 File Format Specification 3.0, section II.A). They contain the file's length, so an incomplete
/// download is detected before anything is read beyond its end.
/// </summary>
internal static class Hdf5Superblock
{
    private const int Longest = 96;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The length that the file must have.</summary>
    /// <param name="file">The file, at its beginning.</param>
    /// <returns>Null if this is not an HDF5 file.</returns>
    public static long? EndOfFile(Stream file)
    {
        Span<byte> start = stackalloc byte[Longest];
        int read = file.ReadAtLeast(start, Longest, throwOnEndOfStream: false);
        if (read < Longest || !start.StartsWith(Signature))
        {
            return null;
        }

        // Versions 0 and 1 have base, free space, end; 2 and 3 have base, extension, end. Version 1 has four bytes more in front.
        int? addresses = start[8] switch
        {
            0 => 24,
            1 => 28,
            2 or 3 => 12,
            _ => null,
        };
        int size = start[8] < 2 ? start[13] : start[9];
        return addresses is not { } first ? null : size switch
        {
            8 when BinaryPrimitives.ReadUInt64LittleEndian(start[(first + 16)..]) is <= long.MaxValue and var end => (long)end,
            4 => BinaryPrimitives.ReadUInt32LittleEndian(start[(first + 8)..]),
            _ => null,
        };
    }
}
