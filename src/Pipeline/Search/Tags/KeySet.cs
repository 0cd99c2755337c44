using Pipeline.Search.Segments;

namespace Pipeline.Search.Tags;

/// <summary>Keys of images in ascending order, one behind the other: 32 bytes each.</summary>
internal sealed class KeySet
{
    private readonly byte[] _keys;

    private KeySet(byte[] keys) => _keys = keys;

    /// <summary>How many.</summary>
    public int Count => _keys.Length / ImageColumns.KeyLength;

    /// <summary>A key.</summary>
    public ReadOnlySpan<byte> this[int i] => _keys.AsSpan(i * ImageColumns.KeyLength, ImageColumns.KeyLength);

    /// <summary>Keys that come in ascending order.</summary>
    public static KeySet FromAscending(byte[] keys) => new(keys);

    /// <summary>Keys in their hexadecimal form, in any order, each once.</summary>
    public static KeySet Of(IEnumerable<string> keys) => new([.. keys.Order(StringComparer.Ordinal).SelectMany(Convert.FromHexString)]);

    /// <summary>byte[32][]: the keys.</summary>
    public byte[][] ToArrays() => [.. _keys.Chunk(ImageColumns.KeyLength)];

    /// <summary>Whether a key is among them.</summary>
    /// <param name="key">Its hexadecimal form.</param>
    public bool Contains(string key)
    {
        byte[] bytes = Convert.FromHexString(key);
        int i = FirstFrom(bytes, 0);
        return i < Count && this[i].SequenceEqual(bytes);
    }

    /// <summary>The rows of some columns whose keys are among these, in ascending order.</summary>
    /// <remarks>
    /// Both are sorted, so each search goes on from where the last one ended, with steps that double: as fast for a few keys among a million
    /// as for half a million.
    /// </remarks>
    public IEnumerable<int> RowsOf(ImageColumns columns)
    {
        int i = 0;
        int row = 0;
        while (i < Count && row < columns.Count)
        {
            int order = this[i].SequenceCompareTo(columns.KeyAt(row));
            if (order == 0)
            {
                yield return row;
                (i, row) = (i + 1, row + 1);
            }
            else if (order < 0)
            {
                i = FirstFrom(columns.KeyAt(row), i);
            }
            else
            {
                row = columns.FirstFrom(this[i], row);
            }
        }
    }

    private int FirstFrom(ReadOnlySpan<byte> key, int start) => Gallop.FirstFrom(_keys, ImageColumns.KeyLength, key, start);
}
