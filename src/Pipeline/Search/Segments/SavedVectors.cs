using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Pipeline.Search.Segments;

/// <summary>Reads a part of a file in storage.</summary>
/// <param name="offset">Where it begins.</param>
/// <param name="bytes">Takes it.</param>
/// <param name="cancellationToken">Ends the call early.</param>
/// <exception cref="SavedIndexException">The file is gone or shorter.</exception>
internal delegate Task ReadSaved(long offset, Memory<byte> bytes, CancellationToken cancellationToken);

/// <summary>
/// The vectors of a saved segment: in storage, and as soon as they were fetched in the temporary file too, or, where the disk has no room for
/// all of them, in memory for a while. Safe to use from several threads.
/// </summary>
internal sealed class SavedVectors
{
    // What storage and the line between take at a time; more is neither faster nor cheaper.
    private const int Readers = 16;

    // Vectors that lie so near to each other are fetched with what lies between: a request takes as long as these bytes.
    private const int BytesBetween = 64 * 1024;

    // What a request fetches at most, also when all of them are fetched.
    private const int BytesAtOnce = 4 * 1024 * 1024;

    // What a few queries read, in memory, however little of it the configuration grants.
    private const long LeastCached = 32_000_000;

    private readonly ReadSaved _read;
    private readonly int _length;
    private readonly uint[] _checksums;
    private readonly VectorStore _store;

    // The place in the temporary file and 1, so that 0 is none.
    private readonly long[] _places;
    private readonly ConcurrentDictionary<int, float[]> _cache = new();
    private readonly ConcurrentQueue<int> _cached = new();
    private volatile bool _hasRoom;

    /// <param name="read">Reads the file of vectors, little-endian floats, one vector behind the other.</param>
    /// <param name="length">Length of a vector.</param>
    /// <param name="checksums">Of each, as <see cref="Checksum"/> gives it.</param>
    /// <param name="store">Has the temporary file.</param>
    /// <param name="hasRoom">Whether the temporary file may take all of them.</param>
    public SavedVectors(ReadSaved read, int length, uint[] checksums, VectorStore store, bool hasRoom)
    {
        (_read, _length, _checksums, _store, _hasRoom) = (read, length, checksums, store, hasRoom);
        _places = new long[checksums.Length];
    }

    private int RowBytes => _length * sizeof(float);

    /// <summary>What says whether a vector is as it was saved.</summary>
    public static uint Checksum(ReadOnlySpan<byte> vector) => (uint)XxHash3.HashToUInt64(vector);

    /// <summary>Of each vector its checksum.</summary>
    public ReadOnlySpan<uint> Checksums => _checksums;

    /// <summary>Reads a vector.</summary>
    /// <param name="row">Which one.</param>
    /// <param name="vector">float[d].</param>
    /// <exception cref="SavedIndexException">Storage has it no longer, or not as it was saved.</exception>
    public void Read(int row, Span<float> vector)
    {
        // Again where others fetched so many meanwhile that memory did not keep it.
        while (!TryRead(row, vector))
        {
            FetchAsync(row, row, CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    /// <summary>Fetches vectors that are not here yet.</summary>
    /// <param name="rows">Which ones.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="SavedIndexException">Storage has them no longer, or not as they were saved.</exception>
    public async Task FetchAsync(int[] rows, CancellationToken cancellationToken)
    {
        int[] missing = [.. rows.Where(row => !IsHere(row)).Distinct().Order()];
        var ranges = new List<(int First, int Last)>();
        foreach (int row in missing)
        {
            bool isNear = ranges.Count > 0 && (long)(row - ranges[^1].Last - 1) * RowBytes <= BytesBetween
                && (long)(row - ranges[^1].First + 1) * RowBytes <= BytesAtOnce;
            if (isNear)
            {
                ranges[^1] = (ranges[^1].First, row);
            }
            else
            {
                ranges.Add((row, row));
            }
        }

        var readers = new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(ranges, readers, async (range, stop) =>
            await FetchAsync(range.First, range.Last, stop).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Fetches all of them, one request after the other so that queries go first.</summary>
    /// <param name="isNeeded">Whether it goes on.</param>
    /// <exception cref="SavedIndexException">Storage has them no longer, or not as they were saved.</exception>
    public async Task FetchAllAsync(Func<bool> isNeeded)
    {
        int step = Math.Max(1, BytesAtOnce / RowBytes);
        for (int first = 0; first < _places.Length && _hasRoom && isNeeded(); first += step)
        {
            int last = Math.Min(first + step, _places.Length) - 1;
            if (!Enumerable.Range(first, last - first + 1).All(IsHere))
            {
                await FetchAsync(first, last, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task FetchAsync(int first, int last, CancellationToken cancellationToken)
    {
        int length = (last - first + 1) * RowBytes;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await _read((long)first * RowBytes, bytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            for (int row = first; row <= last; row++)
            {
                Keep(row, MemoryMarshal.Cast<byte, float>(bytes.AsSpan((row - first) * RowBytes, RowBytes)));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private bool IsHere(int row) => Volatile.Read(ref _places[row]) > 0 || _cache.ContainsKey(row);

    private bool TryRead(int row, Span<float> vector)
    {
        if (Volatile.Read(ref _places[row]) is > 0 and long place)
        {
            _store.File.Read(place - 1, vector);
            return true;
        }

        if (_cache.TryGetValue(row, out float[]? cached))
        {
            cached.CopyTo(vector);
            return true;
        }

        return false;
    }

    private void Keep(int row, ReadOnlySpan<float> vector)
    {
        if (Checksum(MemoryMarshal.AsBytes(vector)) != _checksums[row])
        {
            throw new SavedIndexException("A vector of the saved index is not as it was saved.");
        }

        if (_hasRoom)
        {
            try
            {
                Volatile.Write(ref _places[row], _store.File.Append(vector) + 1);
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The disk is full after all: from here on they stay in storage, and the newest in memory.
                _hasRoom = false;
            }
        }

        if (_cache.TryAdd(row, vector.ToArray()))
        {
            _cached.Enqueue(row);
        }

        long most = Math.Max(_store.MemoryLeft, LeastCached) / RowBytes;
        while (_cached.Count > most && _cached.TryDequeue(out int oldest))
        {
            _cache.TryRemove(oldest, out _);
        }
    }
}
