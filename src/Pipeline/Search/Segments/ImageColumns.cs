using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Storage;

namespace Pipeline.Search.Segments;

/// <summary>
/// Images of a segment in the order of their keys, column by column: a few large arrays instead of six objects an image, so that a million
/// are read from a file as they are and cost the garbage collector nothing. Immutable once filled.
/// </summary>
internal sealed class ImageColumns
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 32;

    // SHA-256.
    private const int HashLength = 32;

    // Container and name, the blob's ETag.
    private const int Texts = 2;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly byte[] _keys;
    private readonly byte[] _hashes;
    private readonly long[] _embeddedAt;
    private readonly float[] _norms;
    private readonly int[] _widths;
    private readonly int[] _heights;
    private readonly int[] _ends;
    private readonly byte[] _text;

    /// <param name="count">How many images.</param>
    /// <param name="textLength">Bytes of their names and ETags together.</param>
    public ImageColumns(int count, int textLength)
    {
        Count = count;
        (_keys, _hashes) = (new byte[count * KeyLength], new byte[count * HashLength]);
        (_embeddedAt, _norms) = (new long[count], new float[count]);
        (_widths, _heights, _ends, _text) = (new int[count], new int[count], new int[count * Texts], new byte[textLength]);
    }

    /// <summary>How many images.</summary>
    public int Count { get; }

    /// <summary>Bytes of their names and ETags together.</summary>
    public int TextLength => _text.Length;

    /// <summary>An image, made of what the columns hold.</summary>
    public IndexedImage this[int row]
    {
        get
        {
            string path = TextAt(row, 0);
            return new IndexedImage(
                new ImageId(path[..path.IndexOf('/', StringComparison.Ordinal)], NameAt(row)),
                ImageETagAt(row),
                Convert.ToHexStringLower(HashAt(row)),
                _widths[row],
                _heights[row],
                new DateTimeOffset(_embeddedAt[row], TimeSpan.Zero),
                _norms[row]);
        }
    }

    /// <summary>The columns of images.</summary>
    /// <param name="images">In the order of their keys.</param>
    public static ImageColumns Of(IReadOnlyList<IndexedImage> images)
    {
        int length = images.Sum(image => PathOf(image.Id).Sum(Utf8.GetByteCount) + Utf8.GetByteCount(image.ImageETag));
        var columns = new ImageColumns(images.Count, length);
        int end = 0;
        for (int row = 0; row < images.Count; row++)
        {
            IndexedImage image = images[row];
            Convert.FromHexString(image.Id.Key, columns._keys.AsSpan(row * KeyLength, KeyLength), out _, out _);
            Convert.FromHexString(image.ContentHash, columns._hashes.AsSpan(row * HashLength, HashLength), out _, out _);
            columns._embeddedAt[row] = image.EmbeddedAt.UtcTicks;
            (columns._norms[row], columns._widths[row], columns._heights[row]) = (image.Norm, image.Width, image.Height);
            foreach (string part in PathOf(image.Id))
            {
                end += Utf8.GetBytes(part, columns._text.AsSpan(end));
            }

            columns._ends[row * Texts] = end;
            end += Utf8.GetBytes(image.ImageETag, columns._text.AsSpan(end));
            columns._ends[(row * Texts) + 1] = end;
        }

        return columns;
    }

    /// <summary>The columns of images of several segments.</summary>
    /// <param name="rows">In the order of their keys.</param>
    public static ImageColumns Of(IReadOnlyList<(ImageColumns Columns, int Row)> rows)
    {
        var picked = new ImageColumns(rows.Count, checked((int)rows.Sum(entry => (long)entry.Columns.TextsAt(entry.Row).Length)));
        int end = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            (ImageColumns from, int row) = rows[i];
            from.KeyAt(row).CopyTo(picked._keys.AsSpan(i * KeyLength));
            from.HashAt(row).CopyTo(picked._hashes.AsSpan(i * HashLength));
            (picked._embeddedAt[i], picked._norms[i]) = (from._embeddedAt[row], from._norms[row]);
            (picked._widths[i], picked._heights[i]) = (from._widths[row], from._heights[row]);
            from.TextsAt(row).CopyTo(picked._text.AsSpan(end));
            int moved = end - from.StartOf(row * Texts);
            for (int text = 0; text < Texts; text++)
            {
                picked._ends[(i * Texts) + text] = from._ends[(row * Texts) + text] + moved;
            }

            end = picked._ends[(i * Texts) + Texts - 1];
        }

        return picked;
    }

    /// <summary>byte[<see cref="KeyLength"/>]: an image's key, of which <see cref="ImageId.Key"/> is the hexadecimal form.</summary>
    public ReadOnlySpan<byte> KeyAt(int row) => _keys.AsSpan(row * KeyLength, KeyLength);

    public string NameAt(int row) => Utf8.GetString(NameBytes(row));

    public string ImageETagAt(int row) => TextAt(row, 1);

    /// <summary>Whether an image's name begins with a text.</summary>
    /// <param name="row">The image.</param>
    /// <param name="prefix">The text in UTF-8.</param>
    public bool NameStartsWith(int row, ReadOnlySpan<byte> prefix) => NameBytes(row).StartsWith(prefix);

    /// <summary>The first row whose key is this one or greater; <see cref="Count"/> where there is none.</summary>
    /// <param name="key">The beginning of a key, up to <see cref="KeyLength"/> bytes.</param>
    /// <param name="start">Where to begin; the keys of all rows before it are less.</param>
    public int FirstFrom(ReadOnlySpan<byte> key, int start = 0) => Gallop.FirstFrom(_keys, KeyLength, key, start);

    /// <summary>The row of an image; -1 where there is none.</summary>
    /// <param name="key">Its key.</param>
    public int Find(ReadOnlySpan<byte> key) => FirstFrom(key) is var row && row < Count && KeyAt(row).SequenceEqual(key) ? row : -1;

    /// <summary>The columns as bytes, little-endian, in the order in which a file has them.</summary>
    public IReadOnlyList<SectionBytes> ToSections() =>
    [
        () => _keys,
        () => _hashes,
        () => MemoryMarshal.AsBytes(_embeddedAt.AsSpan()),
        () => MemoryMarshal.AsBytes(_norms.AsSpan()),
        () => MemoryMarshal.AsBytes(_widths.AsSpan()),
        () => MemoryMarshal.AsBytes(_heights.AsSpan()),
        () => MemoryMarshal.AsBytes(_ends.AsSpan()),
        () => _text,
    ];

    private static string[] PathOf(ImageId id) => [id.Container, "/", id.Name];

    private ReadOnlySpan<byte> HashAt(int row) => _hashes.AsSpan(row * HashLength, HashLength);

    private int StartOf(int text) => text == 0 ? 0 : _ends[text - 1];

    private ReadOnlySpan<byte> TextBytes(int text) => _text.AsSpan(StartOf(text).._ends[text]);

    private ReadOnlySpan<byte> NameBytes(int row)
    {
        ReadOnlySpan<byte> path = TextBytes(row * Texts);
        return path[(path.IndexOf((byte)'/') + 1)..];
    }

    private ReadOnlySpan<byte> TextsAt(int row) => _text.AsSpan(StartOf(row * Texts).._ends[(row * Texts) + Texts - 1]);

    private string TextAt(int row, int text) => Utf8.GetString(TextBytes((row * Texts) + text));
}
