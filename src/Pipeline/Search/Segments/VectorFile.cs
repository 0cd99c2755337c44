using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Search.Segments;

/// <summary>
/// Vectors in a temporary file, for those that memory has no room for. They are only appended: one that is no longer needed stays until the
/// whole file goes, once no index reads it any more. The file has no name on Linux, and Windows deletes it when the process ends, so a crash
/// leaves nothing. Safe to use from several threads.
/// </summary>
internal sealed class VectorFile
{
    private readonly SafeFileHandle _file;
    private long _length;

    /// <param name="folder">Where it is made.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public VectorFile(string folder)
    {
        string path = Path.Combine(folder, $"pipeline-vectors-{Guid.NewGuid():N}");
        _file = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.DeleteOnClose | FileOptions.RandomAccess);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }
    }

    /// <summary>Bytes in it.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>Appends a vector.</summary>
    /// <returns>Where it is.</returns>
    /// <exception cref="IOException">The disk is full.</exception>
    public long Append(ReadOnlySpan<float> vector)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(vector);
        long offset = Interlocked.Add(ref _length, bytes.Length) - bytes.Length;
        RandomAccess.Write(_file, bytes, offset);
        return offset;
    }

    /// <summary>Reads a vector.</summary>
    /// <param name="offset">Where it is.</param>
    /// <param name="vector">float[d].</param>
    public void Read(long offset, Span<float> vector)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(vector);
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(_file, bytes, offset);
            if (read == 0)
            {
                throw new EndOfStreamException("The temporary file of vectors is shorter than what was written to it.");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }
}
