namespace Pipeline.LocalHost.Events;

/// <summary>A version of a blob that was reported to the app.</summary>
/// <param name="ETag">The version; empty if it has to be reported again.</param>
/// <param name="At">When it was reported.</param>
internal readonly record struct KnownVersion(string ETag, DateTimeOffset At);

/// <summary>
/// What is known of a container: each blob's version, and by comparison with a listing what is new, overwritten or deleted. Memory per
/// blob: a name and an ETag.
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

    /// <summary>Whether anything changed since the last call of <see cref="Versions"/>.</summary>
    public bool Changed { get; private set; }

    /// <summary>Begins a new pass over the whole container.</summary>
    public void BeginPass() => _pass++;

    /// <summary>A blob is listed.</summary>
    /// <returns>Whether this version was known.</returns>
    public bool See(string name, string etag)
    {
        if (!_entries.TryGetValue(name, out Entry entry))
        {
            return false;
        }

        // An overwritten blob still exists, whether or not its event can be sent now.
        _entries[name] = entry with { Pass = _pass };
        return entry.Version.ETag == etag;
    }

    /// <summary>Records that a version was reported to the app.</summary>
    public void Remember(string name, string etag)
    {
        _entries[name] = new Entry(new KnownVersion(etag, _time.GetUtcNow()), _pass);
        Changed = true;
    }

    /// <summary>Records that a deletion was reported to the app.</summary>
    public void Forget(string name) => Changed |= _entries.Remove(name);

    /// <summary>Blobs that a complete pass did not list.</summary>
    public IReadOnlyList<string> Missing() => [.. _entries.Where(entry => entry.Value.Pass != _pass).Select(entry => entry.Key)];

    /// <summary>The versions by name, to be saved.</summary>
    public IReadOnlyDictionary<string, KnownVersion> Versions()
    {
        Changed = false;
        return _entries.ToDictionary(entry => entry.Key, entry => entry.Value.Version);
    }

    private readonly record struct Entry(KnownVersion Version, int Pass);
}
