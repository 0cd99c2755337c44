using System.Runtime.InteropServices;

namespace Pipeline.Search.Segments;

/// <summary>Where a vector is.</summary>
/// <param name="Length">How many floats it has.</param>
/// <param name="Source">
/// float[<paramref name="Length"/>] in memory, or the <see cref="SavedVectors"/> that have it; null where it is in the temporary file.
/// </param>
/// <param name="Offset">Its place in the temporary file, or its row among the saved ones.</param>
internal readonly record struct StoredVector(int Length, object? Source, long Offset);

/// <summary>
/// Keeps the vectors of one index: in memory up to a number of bytes, the others in a file; those of a saved index are in storage until they
/// are needed. Safe to use from several threads.
/// </summary>
/// <param name="memoryBytes">How much may be in memory.</param>
/// <param name="folder">Where the file is made once it is needed.</param>
internal sealed class VectorStore(long memoryBytes, string folder)
{
    private readonly Lazy<VectorFile> _file = new(() => new VectorFile(folder));
    private long _inMemory;

    /// <summary>Bytes of vectors in memory.</summary>
    public long InMemory => Interlocked.Read(ref _inMemory);

    /// <summary>Bytes of vectors in the file.</summary>
    public long InFile => _file.IsValueCreated ? _file.Value.Length : 0;

    /// <summary>Bytes that may be in memory beside those that are.</summary>
    public long MemoryLeft => Math.Max(0, memoryBytes - InMemory);

    /// <summary>The temporary file.</summary>
    public VectorFile File => _file.Value;

    /// <summary>Keeps a vector.</summary>
    /// <exception cref="IOException">The file cannot be written; the message says what to do.</exception>
    public StoredVector Add(ReadOnlyMemory<float> vector)
    {
        long bytes = (long)vector.Length * sizeof(float);
        if (Interlocked.Add(ref _inMemory, bytes) <= memoryBytes)
        {
            // A vector that was just read from the table is an array of its own.
            bool isWhole = MemoryMarshal.TryGetArray(vector, out ArraySegment<float> part) && part.Count == part.Array!.Length;
            return new StoredVector(vector.Length, isWhole ? part.Array : vector.ToArray(), 0);
        }

        Interlocked.Add(ref _inMemory, -bytes);
        try
        {
            return new StoredVector(vector.Length, null, _file.Value.Append(vector.Span));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"Vectors cannot be written to '{folder}' ({exception.Message}). Free space there, set Search__Folder to another " +
                "folder, or let more of them be in memory with Search__VectorMemoryMB.",
                exception);
        }
    }

    /// <summary>Forgets a vector. What it took of memory is free for others; what it took of the file is not.</summary>
    public void Remove(StoredVector vector)
    {
        if (vector.Source is float[] values)
        {
            Interlocked.Add(ref _inMemory, -(long)values.Length * sizeof(float));
        }
    }

    /// <summary>Fetches those vectors that are only in storage, side by side; reading them then takes no time.</summary>
    /// <param name="vectors">The vectors.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="SavedIndexException">Storage has them no longer, or not as they were saved.</exception>
    public static async Task FetchAsync(IEnumerable<StoredVector> vectors, CancellationToken cancellationToken)
    {
        foreach (IGrouping<SavedVectors, int> saved in vectors
            .Where(vector => vector.Source is SavedVectors)
            .GroupBy(vector => (SavedVectors)vector.Source!, vector => (int)vector.Offset))
        {
            await saved.Key.FetchAsync([.. saved], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="FetchAsync"/>, for a query, which computes and is no asynchronous code.</summary>
    /// <inheritdoc cref="FetchAsync" path="/param|/exception"/>
    public static void Fetch(IEnumerable<StoredVector> vectors) => FetchAsync(vectors, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Reads a vector that is to be kept.</summary>
    /// <returns>float[d], in an array of its own where it was not in memory.</returns>
    public ReadOnlyMemory<float> Get(StoredVector vector)
    {
        if (vector.Source is float[] values)
        {
            return values;
        }

        float[] read = new float[vector.Length];
        Read(vector, read);
        return read;
    }

    /// <summary>Reads a vector.</summary>
    /// <param name="vector">Where it is.</param>
    /// <param name="buffer">float[d], used where it is not in memory.</param>
    /// <returns>The vector, until the buffer is used again.</returns>
    public ReadOnlySpan<float> Read(StoredVector vector, Span<float> buffer)
    {
        switch (vector.Source)
        {
            case float[] values:
                return values;
            case SavedVectors saved:
                saved.Read((int)vector.Offset, buffer);
                return buffer;
            default:
                _file.Value.Read(vector.Offset, buffer);
                return buffer;
        }
    }
}
