using System.Diagnostics.CodeAnalysis;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>What storage held of one model at one moment. Immutable.</summary>
/// <param name="ReadAt">The moment, as <see cref="TimeProvider.GetTimestamp"/> gives it.</param>
/// <param name="Segments">What is searched; an image is there once.</param>
/// <param name="Coder">Made the codes of all segments; null while there are so few images that all are compared exactly.</param>
/// <param name="Vectors">Where the vectors are.</param>
/// <param name="Skipped">The versions (ETag) of the rows that cannot be read, by their keys.</param>
internal sealed record IndexSnapshot(
    long ReadAt,
    IReadOnlyList<Segment> Segments,
    SegmentCoder? Coder,
    VectorStore Vectors,
    IReadOnlyDictionary<string, string> Skipped)
{
    /// <summary>Images in it.</summary>
    public int Count { get; } = Segments.Sum(segment => segment.LiveCount);

    /// <summary>What there is before storage was read.</summary>
    public static IndexSnapshot Empty(VectorStore vectors) =>
        new(0, [], null, vectors, new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>The keys of all images in it.</summary>
    public IEnumerable<string> Keys() =>
        Segments.SelectMany(segment => segment.LiveRows().Select(row => segment.Images[row].Id.Key));

    /// <summary>An image's record, or null where the model has none of it.</summary>
    public EmbeddingRecord? Find(ImageId id) =>
        TryFind(id.Key, out Segment? segment, out int row) ? segment.Images[row].With(Vectors.Get(segment.Vectors[row])) : null;

    /// <summary>The version of an image that this holds; null where it holds none.</summary>
    public string? ImageVersionOf(string key) =>
        TryFind(key, out Segment? segment, out int row) ? segment.Images[row].ImageETag : null;

    /// <summary>The version of an image that this holds, or of its row where that cannot be read; null where there is none.</summary>
    public string? VersionOf(string key) => ImageVersionOf(key) ?? Skipped.GetValueOrDefault(key);

    /// <summary>The exact cosine of an image with a query; null where the model has none of the image.</summary>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    /// <param name="query">float[d], L2 norm 1.</param>
    public float? CosineOf(string key, ReadOnlySpan<float> query) =>
        TryFind(key, out Segment? segment, out int row)
            ? Models.Embedding.Cosine(query, Vectors.Get(segment.Vectors[row]).Span)
            : null;

    private bool TryFind(string key, [NotNullWhen(true)] out Segment? segment, out int row)
    {
        foreach (Segment candidate in Segments)
        {
            row = candidate.Find(key);
            if (row >= 0)
            {
                segment = candidate;
                return true;
            }
        }

        (segment, row) = (null, -1);
        return false;
    }
}
