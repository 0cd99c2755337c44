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
    /// <summary>Up to where the log of changes is in it.</summary>
    public LogPosition Position { get; init; } = LogPosition.Start;

    /// <summary>The saving that it began with; null where it began with the table.</summary>
    public string? SavedId { get; init; }

    /// <summary>Images in it.</summary>
    public int Count => Segments.Sum(segment => segment.LiveCount);

    /// <summary>What there is before storage was read.</summary>
    public static IndexSnapshot Empty(VectorStore vectors) =>
        new(0, [], null, vectors, new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>The keys of the images in one bucket of the table.</summary>
    public IEnumerable<string> KeysIn(int bucket) => Segments.SelectMany(segment => segment.KeysIn(bucket));

    /// <summary>An image's record, or null where the model has none of it.</summary>
    public EmbeddingRecord? Find(ImageId id) =>
        TryFind(id.Key, out Segment? segment, out int row) ? segment.Images[row].With(Vectors.Get(segment.Vectors[row])) : null;

    /// <summary>The version of an image that this holds; null where it holds none.</summary>
    public string? ImageVersionOf(string key) =>
        TryFind(key, out Segment? segment, out int row) ? segment.Images.ImageETagAt(row) : null;

    /// <summary>The version of an image that this holds, or of its row where that cannot be read; null where there is none.</summary>
    public string? VersionOf(string key) => ImageVersionOf(key) ?? Skipped.GetValueOrDefault(key);

    /// <summary>The exact cosine of an image with a query; null where the model has none of the image.</summary>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    /// <param name="query">float[d], L2 norm 1.</param>
    public float? CosineOf(string key, ReadOnlySpan<float> query) =>
        TryFind(key, out Segment? segment, out int row)
            ? Models.Embedding.Cosine(query, Vectors.Get(segment.Vectors[row]).Span)
            : null;

    /// <summary>Fetches the vectors of images that are only in storage; <see cref="CosineOf"/> then takes no time.</summary>
    /// <param name="keys">The images' keys.</param>
    /// <exception cref="SavedIndexException">Storage has them no longer, or not as they were saved.</exception>
    public void Fetch(IEnumerable<string> keys) => VectorStore.Fetch(
        keys.Select(key => TryFind(key, out Segment? segment, out int row) ? segment.Vectors[row] : default));

    /// <summary>Fetches all vectors that are only in storage, if the disk has room for them.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="SavedIndexException">Storage has them no longer, or not as they were saved.</exception>
    public async Task FetchAllAsync(CancellationToken cancellationToken)
    {
        IEnumerable<SavedVectors> saved = Segments
            .SelectMany(segment => segment.Vectors.ToArray().Select(vector => vector.Source)).OfType<SavedVectors>().Distinct();
        foreach (SavedVectors vectors in saved)
        {
            await vectors.FetchAllAsync(() => !cancellationToken.IsCancellationRequested).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>An image without its vector, or null where the model has none of it.</summary>
    public IndexedImage? FindImage(ImageId id) => TryFind(id.Key, out Segment? segment, out int row) ? segment.Images[row] : null;

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
