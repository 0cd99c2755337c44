using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Models;

namespace Pipeline.Evaluation;

/// <summary>
/// The embeddings that a model has made, in a file, so that an interrupted evaluation continues and a repeated one is fast. The file is
/// only appended to; what an interruption cuts off at its end is dropped when it is opened. Safe to use from several threads.
/// </summary>
/// <remarks>
/// The file's name has the model's fingerprint: another model or preprocessing has another file. It begins with eight bytes that mark it;
/// then come records, little-endian: a key of 16 bytes, d in 4, float[d], and 8 bytes of the SHA-256 of all that.
/// </remarks>
internal sealed class EmbeddingCache : IDisposable
{
    private const int KeyBytes = 16;
    private const int HeadBytes = KeyBytes + sizeof(int);
    private const int CheckBytes = 8;

    // More than any model's embedding has: what lies above is no length, but damage.
    private const int MostNumbers = 1 << 20;

    private readonly FileStream _file;
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, (long Start, int Bytes)> _places = [];
    private long _end;

    private EmbeddingCache(FileStream file) => _file = file;

    private static ReadOnlySpan<byte> Mark => "PIPEEMB1"u8;

    /// <summary>Opens the file of a model, or makes an empty one.</summary>
    /// <param name="folder">The folder of the files; created if missing.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="IOException">The file cannot be written, or another evaluation has it open.</exception>
    public static EmbeddingCache Open(string folder, InstalledModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{model.Key}-{model.Fingerprint}.embeddings");
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var cache = new EmbeddingCache(file);
            cache.ReadKeys();
            return cache;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>An embedding that was added before.</summary>
    /// <param name="contentHash">SHA-256 of the image's bytes, hexadecimal.</param>
    /// <param name="variant">The alteration; empty for the image itself.</param>
    /// <returns>float[d], or null if there is none that is whole.</returns>
    public float[]? Find(string contentHash, string variant)
    {
        UInt128 key = KeyOf(contentHash, variant);
        byte[] record;
        lock (_lock)
        {
            if (!_places.TryGetValue(key, out (long Start, int Bytes) place))
            {
                return null;
            }

            record = new byte[place.Bytes];
            _file.Position = place.Start;
            _file.ReadExactly(record);
        }

        ReadOnlySpan<byte> content = record.AsSpan(0, record.Length - CheckBytes);
        return CheckOf(content).SequenceEqual(record.AsSpan(content.Length))
            ? MemoryMarshal.Cast<byte, float>(content[HeadBytes..]).ToArray()
            : null;
    }

    /// <summary>Adds an embedding.</summary>
    /// <param name="contentHash">SHA-256 of the image's bytes, hexadecimal.</param>
    /// <param name="variant">The alteration; empty for the image itself.</param>
    /// <param name="vector">float[d].</param>
    /// <exception cref="IOException">The file cannot be written, such as on a full disk.</exception>
    public void Add(string contentHash, string variant, ReadOnlySpan<float> vector)
    {
        UInt128 key = KeyOf(contentHash, variant);
        byte[] record = new byte[HeadBytes + (vector.Length * sizeof(float)) + CheckBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(record, key);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(KeyBytes), vector.Length);
        MemoryMarshal.AsBytes(vector).CopyTo(record.AsSpan(HeadBytes));
        CheckOf(record.AsSpan(0, record.Length - CheckBytes)).CopyTo(record.AsSpan(record.Length - CheckBytes));
        lock (_lock)
        {
            _file.Position = _end;
            _file.Write(record);
            _file.Flush();
            _places[key] = (_end, record.Length);
            _end += record.Length;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static UInt128 KeyOf(string contentHash, string variant) =>
        BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{contentHash}\n{variant}")));

    private static ReadOnlySpan<byte> CheckOf(ReadOnlySpan<byte> content) => SHA256.HashData(content).AsSpan(0, CheckBytes);

    private void ReadKeys()
    {
        byte[] head = new byte[HeadBytes];
        if (_file.ReadAtLeast(head.AsSpan(0, Mark.Length), Mark.Length, throwOnEndOfStream: false) < Mark.Length
            || !head.AsSpan().StartsWith(Mark))
        {
            _file.SetLength(0);
            _file.Write(Mark);
            _file.Flush();
        }

        _end = Mark.Length;
        while (_end + HeadBytes <= _file.Length)
        {
            _file.Position = _end;
            _file.ReadExactly(head);
            int numbers = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(KeyBytes));
            int bytes = HeadBytes + (numbers * sizeof(float)) + CheckBytes;
            if (numbers <= 0 || numbers > MostNumbers || _end + bytes > _file.Length)
            {
                break;
            }

            _places[BinaryPrimitives.ReadUInt128LittleEndian(head)] = (_end, bytes);
            _end += bytes;
        }

        _file.SetLength(_end);
    }
}
