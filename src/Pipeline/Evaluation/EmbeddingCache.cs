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
/// The file's name has the model's fingerprint: another model or preprocessing has another file. It begins with eight bytes and the
/// length d, little-endian; then come records of the same size: a key of 16 bytes, float[d], and 8 bytes of the SHA-256 of both.
/// </remarks>
internal sealed class EmbeddingCache : IDisposable
{
    private const int KeyBytes = 16;
    private const int CheckBytes = 8;

    private readonly FileStream _file;
    private readonly int _length;
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, long> _places = [];
    private long _end;

    private EmbeddingCache(FileStream file, int length) => (_file, _length) = (file, length);

    private static ReadOnlySpan<byte> Mark => "PIPEEMB1"u8;

    private static int HeaderBytes => Mark.Length + sizeof(int);

    private int RecordBytes => KeyBytes + (_length * sizeof(float)) + CheckBytes;

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
            var cache = new EmbeddingCache(file, model.Definition.EmbeddingLength);
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
        byte[] record = new byte[RecordBytes];
        lock (_lock)
        {
            if (!_places.TryGetValue(key, out long place))
            {
                return null;
            }

            _file.Position = place;
            _file.ReadExactly(record);
        }

        ReadOnlySpan<byte> content = record.AsSpan(0, record.Length - CheckBytes);
        return CheckOf(content).SequenceEqual(record.AsSpan(content.Length))
            ? MemoryMarshal.Cast<byte, float>(content[KeyBytes..]).ToArray()
            : null;
    }

    /// <summary>Adds an embedding.</summary>
    /// <param name="contentHash">SHA-256 of the image's bytes, hexadecimal.</param>
    /// <param name="variant">The alteration; empty for the image itself.</param>
    /// <param name="vector">float[d].</param>
    /// <exception cref="IOException">The file cannot be written, such as on a full disk.</exception>
    public void Add(string contentHash, string variant, ReadOnlySpan<float> vector)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, _length, nameof(vector));
        UInt128 key = KeyOf(contentHash, variant);
        byte[] record = new byte[RecordBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(record, key);
        MemoryMarshal.AsBytes(vector).CopyTo(record.AsSpan(KeyBytes));
        CheckOf(record.AsSpan(0, record.Length - CheckBytes)).CopyTo(record.AsSpan(record.Length - CheckBytes));
        lock (_lock)
        {
            _file.Position = _end;
            _file.Write(record);
            _file.Flush();
            _places[key] = _end;
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
        byte[] header = new byte[HeaderBytes];
        byte[] wanted = new byte[HeaderBytes];
        Mark.CopyTo(wanted);
        BinaryPrimitives.WriteInt32LittleEndian(wanted.AsSpan(Mark.Length), _length);
        if (_file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.SequenceEqual(wanted))
        {
            _file.SetLength(0);
            _file.Write(wanted);
            _file.Flush();
            _end = HeaderBytes;
            return;
        }

        long records = (_file.Length - HeaderBytes) / RecordBytes;
        byte[] key = new byte[KeyBytes];
        for (long i = 0; i < records; i++)
        {
            long place = HeaderBytes + (i * RecordBytes);
            _file.Position = place;
            _file.ReadExactly(key);
            _places[BinaryPrimitives.ReadUInt128LittleEndian(key)] = place;
        }

        _end = HeaderBytes + (records * RecordBytes);
        _file.SetLength(_end);
    }
}
