using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>What storage held of one model at one moment. Immutable.</summary>
/// <param name="ReadAt">The moment, as <see cref="TimeProvider.GetTimestamp"/> gives it.</param>
/// <param name="Records">What is searched.</param>
/// <param name="ByKey">The same by <see cref="ImageId.Key"/>.</param>
/// <param name="Skipped">The versions (ETag) of the rows that cannot be read, by their keys.</param>
internal sealed record IndexSnapshot(
    long ReadAt,
    ReadOnlyMemory<EmbeddingRecord> Records,
    IReadOnlyDictionary<string, EmbeddingRecord> ByKey,
    IReadOnlyDictionary<string, string> Skipped)
{
    /// <summary>What there is before storage was read.</summary>
    public static readonly IndexSnapshot Empty = new(
        0,
        default,
        new Dictionary<string, EmbeddingRecord>(StringComparer.Ordinal),
        new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>Images in it.</summary>
    public int Count => Records.Length;

    /// <summary>An image's record, or null where the model has none of it.</summary>
    public EmbeddingRecord? Find(ImageId id) => ByKey.GetValueOrDefault(id.Key);

    /// <summary>The version of an image that this holds, or of its row where that cannot be read; null where there is none.</summary>
    public string? VersionOf(string key) => ByKey.GetValueOrDefault(key)?.ImageETag ?? Skipped.GetValueOrDefault(key);
}
