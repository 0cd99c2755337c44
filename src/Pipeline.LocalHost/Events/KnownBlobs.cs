namespace Pipeline.LocalHost.Events;

/// <summary>A version of a blob that the app was told of.</summary>
/// <param name="ETag">The version; empty where the app has to be told again.</param>
/// <param name="At">When.</param>
internal readonly record struct KnownVersion(string ETag, DateTimeOffset At);

/// <summary>
/// What is known of a container: each blob's version, and by comparison with a listing what is new, overwritten or gone. In memory it costs a
/// name and an ETag a blob.
/// </summary>
internal sealed class KnownBlobs
{
    private readonly Dictionary<string, Entry> _entries;
    private int _pass;

    private readonly TimeProvider _time;

    /// <param name="versions">What is remembered, by name.</param>
    /// <param name="time">The clock.</param>
    public KnownBlobs(IReadOnlyDictionary<string, KnownVersion> versions, TimeProvider time)
    {
        _time = time;
        _entries = versions.ToDictionary(version => version.Key, version => new Entry(version.Value, 0), StringComparer.Ordinal);
    }

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
        return entry.Version.ETag == etag;
    }

    /// <summary>The app knows of a version now.</summary>
    public void Remember(string name, string etag)
    {
        _entries[name] = new Entry(new KnownVersion(etag, _time.GetUtcNow()), _pass);
        Changed = true;
    }

    /// <summary>The app knows now that a blob is gone.</summary>
    public void Forget(string name) => Changed |= _entries.Remove(name);

    /// <summary>Blobs that a complete look did not see.</summary>
    public IReadOnlyList<string> Missing() => [.. _entries.Where(entry => entry.Value.Pass != _pass).Select(entry => entry.Key)];

    /// <summary>By name, to be kept.</summary>
    public IReadOnlyDictionary<string, KnownVersion> Versions()
    {
        Changed = false;
        return _entries.ToDictionary(entry => entry.Key, entry => entry.Value.Version);
    }

    private readonly record struct Entry(KnownVersion Version, int Pass);
}
