using Pipeline.Search.Codes;

namespace Pipeline.Search.Segments;

/// <summary>
/// Some images of an index, in the order of their keys: what search reads of them, one behind the other. Immutable; which of them are still
/// there is a set of bits that a newer version of the segment has another of.
/// </summary>
internal sealed class Segment
{
    private readonly IndexedImage[] _images;
    private readonly StoredVector[] _vectors;
    private readonly ulong[] _codes;
    private readonly CodeScalars[] _scalars;
    private readonly ulong[] _live;

    private Segment(IndexedImage[] images, StoredVector[] vectors, ulong[] codes, CodeScalars[] scalars, ulong[] live, int liveCount)
    {
        (_images, _vectors, _codes, _scalars, _live, LiveCount) = (images, vectors, codes, scalars, live, liveCount);
    }

    /// <summary>Images in it, those included that are no longer there.</summary>
    public int Count => _images.Length;

    /// <summary>Images that are still there.</summary>
    public int LiveCount { get; }

    /// <summary>Whether its images have codes.</summary>
    public bool IsCoded => _scalars.Length == _images.Length;

    /// <summary>ulong[<see cref="Count"/> * words of a code].</summary>
    public ReadOnlyMemory<ulong> Codes => _codes;

    public ReadOnlyMemory<CodeScalars> Scalars => _scalars;

    /// <summary>Bit i % 64 of word i / 64 is 1 where image i is still there.</summary>
    public ReadOnlyMemory<ulong> Live => _live;

    public ReadOnlySpan<IndexedImage> Images => _images;

    public ReadOnlySpan<StoredVector> Vectors => _vectors;

    /// <summary>A segment of images.</summary>
    /// <param name="images">The images, in any order, no two with one key.</param>
    /// <param name="vectors">Theirs.</param>
    /// <param name="coder">Makes codes; null for none.</param>
    public static Segment Create(IndexedImage[] images, StoredVector[] vectors, SegmentCoder? coder)
    {
        Array.Sort(images, vectors, Comparer<IndexedImage>.Create((a, b) => string.CompareOrdinal(a.Id.Key, b.Id.Key)));
        (ulong[] codes, CodeScalars[] scalars) = coder?.Encode(vectors) ?? ([], []);
        ulong[] live = new ulong[(images.Length + 63) / 64];
        for (int i = 0; i < images.Length; i++)
        {
            live[i / 64] |= 1ul << (i % 64);
        }

        return new Segment(images, vectors, codes, scalars, live, images.Length);
    }

    /// <summary>One segment of what is still there in several; codes are taken over.</summary>
    /// <param name="segments">The segments: either all have codes of one space, or none has.</param>
    public static Segment Merge(IReadOnlyCollection<Segment> segments)
    {
        bool coded = segments.All(segment => segment.IsCoded);
        (Segment Segment, int Row)[] rows =
        [
            .. segments.SelectMany(segment => segment.LiveRows().Select(row => (segment, row)))
                .OrderBy(entry => entry.segment._images[entry.row].Id.Key, StringComparer.Ordinal),
        ];
        int words = coded && rows.Length > 0 ? rows[0].Segment._codes.Length / rows[0].Segment.Count : 0;
        var codes = new ulong[rows.Length * words];
        var live = new ulong[(rows.Length + 63) / 64];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i].Segment._codes.AsSpan(rows[i].Row * words, words).CopyTo(codes.AsSpan(i * words));
            live[i / 64] |= 1ul << (i % 64);
        }

        return new Segment(
            [.. rows.Select(entry => entry.Segment._images[entry.Row])],
            [.. rows.Select(entry => entry.Segment._vectors[entry.Row])],
            codes,
            coded ? [.. rows.Select(entry => entry.Segment._scalars[entry.Row])] : [],
            live,
            rows.Length);
    }

    /// <summary>The same with codes.</summary>
    public Segment Encoded(SegmentCoder coder)
    {
        (ulong[] codes, CodeScalars[] scalars) = coder.Encode(_vectors);
        return new Segment(_images, _vectors, codes, scalars, _live, LiveCount);
    }

    /// <summary>The row of an image that is still there; -1 where there is none.</summary>
    public int Find(string key)
    {
        int low = 0;
        int high = _images.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = string.CompareOrdinal(_images[middle].Id.Key, key);
            if (order == 0)
            {
                return IsLive(middle) ? middle : -1;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    public bool IsLive(int row) => (_live[row / 64] >> (row % 64) & 1) != 0;

    public IEnumerable<int> LiveRows() => Enumerable.Range(0, Count).Where(IsLive);

    /// <summary>The same without some images.</summary>
    /// <param name="rows">Their rows, which are there now.</param>
    public Segment Without(IReadOnlyCollection<int> rows)
    {
        ulong[] live = [.. _live];
        foreach (int row in rows)
        {
            live[row / 64] &= ~(1ul << (row % 64));
        }

        return new Segment(_images, _vectors, _codes, _scalars, live, LiveCount - rows.Count);
    }
}
