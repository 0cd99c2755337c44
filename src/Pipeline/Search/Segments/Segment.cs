using System.Buffers;
using System.Numerics;
using Pipeline.Search.Codes;
using Pipeline.Storage;

namespace Pipeline.Search.Segments;

/// <summary>
/// Some images of an index, in the order of their keys: what search reads of them, one behind the other. Immutable; which of them are still
/// there is a set of bits that a newer version of the segment has another of.
/// </summary>
internal sealed class Segment
{
    private readonly StoredVector[] _vectors;
    private readonly ulong[] _codes;
    private readonly CodeScalars[] _scalars;
    private readonly ulong[] _live;

    private Segment(
        ImageColumns images,
        StoredVector[] vectors,
        ulong[] codes,
        CodeScalars[] scalars,
        ulong[] live,
        int liveCount,
        SegmentOrigin origin)
    {
        (Images, _vectors, _codes, _scalars, _live, LiveCount, Origin) = (images, vectors, codes, scalars, live, liveCount, origin);
    }

    /// <summary>Images in it, those included that are no longer there.</summary>
    public int Count => Images.Count;

    /// <summary>Images that are still there.</summary>
    public int LiveCount { get; }

    /// <summary>Whether its images have codes.</summary>
    public bool IsCoded => _scalars.Length == Count;

    /// <summary>Where it is saved, the same for all versions of the segment.</summary>
    public SegmentOrigin Origin { get; }

    public ImageColumns Images { get; }

    /// <summary>ulong[<see cref="Count"/> * words of a code].</summary>
    public ReadOnlyMemory<ulong> Codes => _codes;

    public ReadOnlyMemory<CodeScalars> Scalars => _scalars;

    /// <summary>Bit i % 64 of word i / 64 is 1 where image i is still there.</summary>
    public ReadOnlyMemory<ulong> Live => _live;

    public ReadOnlySpan<StoredVector> Vectors => _vectors;

    /// <summary>A segment of images.</summary>
    /// <param name="images">The images, in any order, no two with one key.</param>
    /// <param name="vectors">Theirs.</param>
    /// <param name="coder">Makes codes; null for none.</param>
    public static Segment Create(IndexedImage[] images, StoredVector[] vectors, SegmentCoder? coder)
    {
        Array.Sort(images, vectors, Comparer<IndexedImage>.Create((a, b) => string.CompareOrdinal(a.Id.Key, b.Id.Key)));
        (ulong[] codes, CodeScalars[] scalars) = coder?.Encode(vectors) ?? ([], []);
        return new Segment(
            ImageColumns.Of(images), vectors, codes, scalars, AllOf(images.Length), images.Length, new SegmentOrigin(null));
    }

    /// <summary>A segment that was saved.</summary>
    /// <param name="images">Its images.</param>
    /// <param name="vectors">Theirs.</param>
    /// <param name="codes">ulong[images * words of a code].</param>
    /// <param name="scalars">Theirs.</param>
    /// <param name="live">As <see cref="Live"/>; bits beyond the last image are 0.</param>
    /// <param name="origin">Where it is saved.</param>
    public static Segment Restore(
        ImageColumns images, StoredVector[] vectors, ulong[] codes, CodeScalars[] scalars, ulong[] live, SegmentOrigin origin) =>
        new(images, vectors, codes, scalars, live, live.Sum(BitOperations.PopCount), origin);

    /// <summary>One segment of what is still there in several; codes are taken over.</summary>
    /// <param name="segments">The segments: either all have codes of one space, or none has.</param>
    public static Segment Merge(IReadOnlyCollection<Segment> segments)
    {
        bool coded = segments.All(segment => segment.IsCoded);
        (Segment Segment, int Row)[] rows =
        [
            .. segments.SelectMany(segment => segment.LiveRows().Select(row => (Segment: segment, Row: row))),
        ];
        Array.Sort(rows, (a, b) => a.Segment.Images.KeyAt(a.Row).SequenceCompareTo(b.Segment.Images.KeyAt(b.Row)));
        int words = coded && rows.Length > 0 ? rows[0].Segment._codes.Length / rows[0].Segment.Count : 0;
        var codes = new ulong[rows.Length * words];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i].Segment._codes.AsSpan(rows[i].Row * words, words).CopyTo(codes.AsSpan(i * words));
        }

        return new Segment(
            ImageColumns.Of([.. rows.Select(entry => (entry.Segment.Images, entry.Row))]),
            [.. rows.Select(entry => entry.Segment._vectors[entry.Row])],
            codes,
            coded ? [.. rows.Select(entry => entry.Segment._scalars[entry.Row])] : [],
            AllOf(rows.Length),
            rows.Length,
            new SegmentOrigin(null));
    }

    /// <summary>The same with codes.</summary>
    public Segment Encoded(SegmentCoder coder)
    {
        (ulong[] codes, CodeScalars[] scalars) = coder.Encode(_vectors);
        return new Segment(Images, _vectors, codes, scalars, _live, LiveCount, new SegmentOrigin(null));
    }

    /// <summary>The row of an image that is still there; -1 where there is none.</summary>
    public int Find(string key)
    {
        Span<byte> bytes = stackalloc byte[ImageColumns.KeyLength];
        bool isKey = Convert.FromHexString(key, bytes, out _, out int written) == OperationStatus.Done && written == bytes.Length;
        return isKey && Images.Find(bytes) is >= 0 and int row && IsLive(row) ? row : -1;
    }

    public bool IsLive(int row) => (_live[row / 64] >> (row % 64) & 1) != 0;

    public IEnumerable<int> LiveRows() => Enumerable.Range(0, Count).Where(IsLive);

    /// <summary>The keys of the images in one bucket of the table that are still there.</summary>
    public IEnumerable<string> KeysIn(int bucket)
    {
        int end = bucket == EmbeddingTable.Buckets - 1 ? Count : Images.FirstFrom([(byte)((bucket + 1) << 4)]);
        for (int row = Images.FirstFrom([(byte)(bucket << 4)]); row < end; row++)
        {
            if (IsLive(row))
            {
                yield return Convert.ToHexStringLower(Images.KeyAt(row));
            }
        }
    }

    /// <summary>The same without some images.</summary>
    /// <param name="rows">Their rows, which are there now.</param>
    public Segment Without(IReadOnlyCollection<int> rows)
    {
        ulong[] live = [.. _live];
        foreach (int row in rows)
        {
            live[row / 64] &= ~(1ul << (row % 64));
        }

        return new Segment(Images, _vectors, _codes, _scalars, live, LiveCount - rows.Count, Origin);
    }

    private static ulong[] AllOf(int count)
    {
        ulong[] live = new ulong[(count + 63) / 64];
        for (int i = 0; i < count; i++)
        {
            live[i / 64] |= 1ul << (i % 64);
        }

        return live;
    }
}
