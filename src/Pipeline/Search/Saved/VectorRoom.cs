namespace Pipeline.Search.Saved;

/// <summary>
/// How much of the disk saved vectors may take: half of what was free when the first index was read, for all models together. The other half
/// is for what else runs there; an instance in the cloud has a small disk. Safe to use from several threads.
/// </summary>
/// <param name="folder">Where the temporary files are.</param>
internal sealed class VectorRoom(string folder)
{
    private readonly Lock _lock = new();
    private long? _left;

    /// <summary>Bytes that may still be taken; 0 before anything was.</summary>
    public long Left
    {
        get
        {
            lock (_lock)
            {
                return _left ?? 0;
            }
        }
    }

    /// <summary>Takes room for the vectors of an index.</summary>
    /// <param name="bytes">How much.</param>
    /// <returns>False where there is not so much.</returns>
    public bool TryTake(long bytes)
    {
        lock (_lock)
        {
            _left ??= FreeSpace() / 2;
            if (bytes > _left)
            {
                return false;
            }

            _left -= bytes;
            return true;
        }
    }

    /// <summary>Gives room back that an index took.</summary>
    /// <param name="bytes">How much.</param>
    public void Return(long bytes)
    {
        lock (_lock)
        {
            _left += bytes;
        }
    }

    private long FreeSpace()
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // No such folder: what else needs the file says so to whoever set it.
            return 0;
        }
    }
}
