namespace Pipeline.Search.Segments;

/// <summary>Where a segment is saved, all versions of it together.</summary>
/// <param name="savedAs">The name under which it is saved; null where it is not.</param>
internal sealed class SegmentOrigin(string? savedAs)
{
    private volatile string? _savedAs = savedAs;

    /// <summary>The name under which it is saved; null as long as it is not.</summary>
    public string? SavedAs
    {
        get => _savedAs;
        set => _savedAs = value;
    }
}
