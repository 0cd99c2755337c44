namespace Pipeline.LocalHost.Events;

/// <summary>
/// What is known of a container: each blob's version, and by comparison with a listing what is new, overwritten or gone. In memory it costs a
/// name and an ETag a blob.
/// </summary>
internal sealed class KnownBlobs
{
    private readonly Dictionary<string, Entry> _entries;
    private int _pass;

    /// <param name="versions">ETags by name, as remembered.</param>
    public KnownBlobs(IReadOnlyDictionary<string, string> versions) =>
        _entries = versions.ToDictionary(version => version.Key, version => new Entry(version.Value, 0), StringComparer.Ordinal);

    /// <summary>Whether anything changed since it was last asked for <see cref="Versions"/>.</summary>
    public bool Changed { get; private set; }

    /// <summary>Begins a new look at the whole container.</summary>
    public void BeginPass() => _pass++;

    /// <summary>A blob is listed.</summary>
    /// <returns>Whether this version was known.</returns>
    public bool See(string name, string etag)
    {
        if (!_entries.TryGetValue(name, out Entry entry))
        {
            return false;
        }

        // Overwritten is not gone, whether or not its event can be sent now.
        _entries[name] = entry with { Pass = _pass };
        return entry.ETag == etag;
    }

    /// <summary>The app knows of a version now.</summary>
    public void Remember(string name, string etag)
    {
        _entries[name] = new Entry(etag, _pass);
        Changed = true;
    }

    /// <summary>The app knows now that a blob is gone.</summary>
    public void Forget(string name) => Changed |= _entries.Remove(name);

    /// <summary>Blobs that a complete look did not see.</summary>
    public IReadOnlyList<string> Missing() => [.. _entries.Where(entry => entry.Value.Pass != _pass).Select(entry => entry.Key)];

    /// <summary>ETags by name, to be kept.</summary>
    public IReadOnlyDictionary<string, string> Versions()
    {
        Changed = false;
        return _entries.ToDictionary(entry => entry.Key, entry => entry.Value.ETag);
    }

    private readonly record struct Entry(string ETag, int Pass);
}
