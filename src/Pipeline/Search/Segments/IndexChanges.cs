using Pipeline.Storage;

namespace Pipeline.Search.Segments;

/// <summary>
/// What a refresh puts together, from nothing or from what was known. It costs what changes, not what is there: new images become a segment
/// of their own, and what was removed or changed is marked in the segment that has it. Safe to fill from several threads.
/// </summary>
/// <param name="known">What it starts with.</param>
/// <param name="dimension">Length of the vectors.</param>
internal sealed class IndexChanges(IndexSnapshot known, int dimension)
{
    // Segments of about one size are merged once there are so many: each image is then copied a few times however many come.
    private const int MostOfASize = 16;
    private const int SizeFactor = 16;

    // Larger ones stay as they are: their codes would be more bytes than an array is read as.
    private const int MostMerged = 2_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (IndexedImage Image, StoredVector Vector)> _added = new(StringComparer.Ordinal);
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _skipped = new(known.Skipped, StringComparer.Ordinal);

    /// <summary>
    /// From so many images on, codes are made: with fewer, comparing all vectors takes as long as comparing codes and then some vectors
    /// (docs/performance.md).
    /// </summary>
    public const int DefaultCodedFrom = 2000;

    /// <summary><see cref="DefaultCodedFrom"/>, unless a test or a measurement wants codes of few images.</summary>
    public int CodedFrom { get; init; } = DefaultCodedFrom;

    /// <summary>Puts in what the table has of an image now.</summary>
    /// <param name="key">The image.</param>
    /// <param name="record">Its record; null where there is none, or none that can be read.</param>
    /// <param name="skippedETag">The version of a row that cannot be read; else null.</param>
    public void Put(string key, EmbeddingRecord? record, string? skippedETag)
    {
        // Outside the lock: this may write to a file.
        StoredVector vector = record is null ? default : known.Vectors.Add(record.Embedding.Values);
        lock (_lock)
        {
            _touched.Add(key);
            _skipped.Remove(key);
            if (_added.Remove(key, out (IndexedImage, StoredVector Vector) replaced))
            {
                known.Vectors.Remove(replaced.Vector);
            }

            if (record is not null)
            {
                _added.Add(key, (IndexedImage.Of(record), vector));
            }
            else if (skippedETag is not null)
            {
                _skipped.Add(key, skippedETag);
            }
        }
    }

    /// <summary>What is known now.</summary>
    /// <param name="readAt">When storage was read.</param>
    public IndexSnapshot ToSnapshot(long readAt)
    {
        List<Segment> segments = [.. known.Segments.Select(WithoutTouched).Where(segment => segment.LiveCount > 0)];
        SegmentCoder? coder = known.Coder;
        if (_added.Count > 0)
        {
            segments.Add(Segment.Create(
                [.. _added.Values.Select(added => added.Image)], [.. _added.Values.Select(added => added.Vector)], coder));
        }

        segments = Merge(segments);
        if (coder is null && segments.Sum(segment => segment.LiveCount) >= CodedFrom)
        {
            StoredVector[] all = [.. segments.SelectMany(segment => segment.LiveRows().Select(row => segment.Vectors[row]))];
            var first = SegmentCoder.Create(all, dimension, known.Vectors);
            (coder, segments) = (first, [.. segments.Select(segment => segment.Encoded(first))]);
        }

        return known with { ReadAt = readAt, Segments = segments, Coder = coder, Skipped = _skipped };
    }

    /// <summary>The same images with all that is not saved in one segment.</summary>
    public static IReadOnlyList<Segment> JoinUnsaved(IReadOnlyList<Segment> segments)
    {
        Segment[] unsaved = [.. segments.Where(segment => segment.Origin.SavedAs is null)];
        return unsaved.Length < 2 ? segments : [.. segments.Except(unsaved), Segment.Merge(unsaved)];
    }

    private Segment WithoutTouched(Segment segment)
    {
        int[] rows = [.. _touched.Select(segment.Find).Where(row => row >= 0)];
        foreach (int row in rows)
        {
            known.Vectors.Remove(segment.Vectors[row]);
        }

        return rows.Length == 0 ? segment : segment.Without(rows);
    }

    private static List<Segment> Merge(List<Segment> segments)
    {
        int smaller = 0;
        for (int size = SizeFactor; ; size *= SizeFactor)
        {
            Segment[] alike = [.. segments.Where(segment => segment.LiveCount <= size && segment.LiveCount > smaller)];
            if (alike.Length > MostOfASize && alike.Sum(segment => (long)segment.LiveCount) <= MostMerged)
            {
                segments = [.. segments.Except(alike), Segment.Merge(alike)];
            }

            if (segments.All(segment => segment.LiveCount <= size))
            {
                // A segment that is mostly of what is no longer there would be searched in vain for ever.
                return [.. segments.Select(segment => segment.Count > 2 * segment.LiveCount ? Segment.Merge([segment]) : segment)];
            }

            smaller = size;
        }
    }
}
