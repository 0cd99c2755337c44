using System.Buffers.Binary;
using Pipeline.Search.Segments;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Search.Tags;

/// <summary>Which images have which tags, at one moment. Immutable.</summary>
/// <remarks>
/// Images in the order of their names, column by column: the name, the key, and the number of its set of tags, for most images share theirs
/// with others. What changed since these columns were made is beside them, until it is a part of some size. So a change costs what changed, and
/// a search for tags reads four bytes an image.
/// </remarks>
internal sealed class TagSnapshot
{
    // Of so many images one changed, or so few: then the columns are made anew.
    private const int ChangedOf = 64;
    private const int FewChanged = 1000;

    private readonly string[] _names;
    private readonly byte[] _keys;
    private readonly int[] _sets;
    private readonly int[] _byKey;
    private readonly string[][] _tagsOfSet;
    private readonly Dictionary<string, TaggedImage> _changed;

    private TagSnapshot(
        string[] names, byte[] keys, int[] sets, int[] byKey, string[][] tagsOfSet, Dictionary<string, TaggedImage> changed) =>
        (_names, _keys, _sets, _byKey, _tagsOfSet, _changed) = (names, keys, sets, byKey, tagsOfSet, changed);

    /// <summary>No image has any.</summary>
    public static TagSnapshot Empty { get; } = Of([]);

    /// <summary>Images that have tags, or a few more.</summary>
    public int Count => _names.Length + _changed.Count;

    /// <summary>The tags of images.</summary>
    /// <param name="images">Each once; those without tags are left out.</param>
    public static TagSnapshot Of(IEnumerable<TaggedImage> images)
    {
        TaggedImage[] sorted =
        [
            .. images.Where(image => image.Tags.Count > 0).OrderBy(image => image.Id.Name, StringComparer.Ordinal),
        ];
        int[] sets = new int[sorted.Length];
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var tagsOfSet = new List<string[]>();
        for (int i = 0; i < sorted.Length; i++)
        {
            string joined = string.Join(',', sorted[i].Tags);
            if (!numbers.TryGetValue(joined, out sets[i]))
            {
                numbers.Add(joined, sets[i] = tagsOfSet.Count);
                tagsOfSet.Add([.. sorted[i].Tags]);
            }
        }

        return Of(Array.ConvertAll(sorted, image => image.Id.Name), sets, [.. tagsOfSet]);
    }

    /// <summary>The tags of images.</summary>
    /// <param name="names">The images' names, in ordinal order.</param>
    /// <param name="sets">For each of them which set of tags it has.</param>
    /// <param name="tagsOfSet">The sets.</param>
    public static TagSnapshot Of(string[] names, int[] sets, string[][] tagsOfSet)
    {
        byte[] keys = new byte[names.Length * ImageColumns.KeyLength];
        var beginnings = new UInt128[names.Length];
        Parallel.For(0, names.Length, i =>
        {
            Span<byte> key = keys.AsSpan(i * ImageColumns.KeyLength, ImageColumns.KeyLength);
            Convert.FromHexString(new ImageId(ImagesContainer.DefaultName, names[i]).Key, key, out _, out _);
            beginnings[i] = BinaryPrimitives.ReadUInt128BigEndian(key);
        });

        // Keys are hashes: no two begin with the same 16 bytes.
        int[] byKey = [.. Enumerable.Range(0, names.Length)];
        Array.Sort(beginnings, byKey);
        return new TagSnapshot(names, keys, sets, byKey, tagsOfSet, []);
    }

    /// <summary>The names, their sets and the sets, of which <see cref="Of(string[], int[], string[][])"/> makes the same.</summary>
    public (string[] Names, int[] Sets, string[][] TagsOfSet) ToColumns()
    {
        TagSnapshot whole = _changed.Count == 0 ? this : Of(All());
        return (whole._names, whole._sets, whole._tagsOfSet);
    }

    /// <summary>The same with the rows of some images as they are now.</summary>
    /// <param name="rows">The rows, by the images' keys; null where there is none.</param>
    public TagSnapshot With(IEnumerable<KeyValuePair<string, TaggedImage?>> rows)
    {
        var changed = new Dictionary<string, TaggedImage>(_changed, StringComparer.Ordinal);
        foreach ((string key, TaggedImage? row) in rows)
        {
            int place = Find(key);
            if (row is null && place < 0)
            {
                changed.Remove(key);
                continue;
            }

            changed[key] = row ?? new TaggedImage(new ImageId(ImagesContainer.DefaultName, _names[place]), []);
        }

        var next = new TagSnapshot(_names, _keys, _sets, _byKey, _tagsOfSet, changed);
        return changed.Count > Math.Max(FewChanged, _names.Length / ChangedOf) ? Of(next.All()) : next;
    }

    /// <summary>All images that have tags, those of one bucket of their keys only if that is given; in no order.</summary>
    public IEnumerable<TaggedImage> All(int? bucket = null)
    {
        for (int i = 0; i < _names.Length; i++)
        {
            if ((bucket is null || KeyAt(i)[0] >> 4 == bucket) && !IsChanged(i))
            {
                yield return new TaggedImage(new ImageId(ImagesContainer.DefaultName, _names[i]), _tagsOfSet[_sets[i]]);
            }
        }

        foreach ((string key, TaggedImage image) in _changed)
        {
            if (image.Tags.Count > 0 && (bucket is null || PartitionKeys.BucketOf(key) == bucket))
            {
                yield return image;
            }
        }
    }

    /// <summary>The tags of an image, in ordinal order; empty where it has none.</summary>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    public IReadOnlyList<string> TagsOf(string key) =>
        _changed.TryGetValue(key, out TaggedImage? image) ? image.Tags
        : Find(key) is >= 0 and int place ? _tagsOfSet[_sets[place]]
        : [];

    /// <summary>The images that have all of some tags; null for all images, where there are no tags to have.</summary>
    public TaggedKeys? KeysWithAll(IReadOnlyList<string> tags) => tags.Count == 0 ? null : new TaggedKeys(tags, WithAll(tags));

    private KeySet WithAll(IReadOnlyList<string> tags)
    {
        bool[] fits = Fits(tags);
        var keys = new List<byte>();
        string[] changed = [.. _changed.Values.Where(image => HasAll(image, tags)).Select(image => image.Id.Key)];
        int next = 0;
        Array.Sort(changed, StringComparer.Ordinal);
        foreach (int place in _byKey)
        {
            if (!fits[_sets[place]])
            {
                continue;
            }

            ReadOnlySpan<byte> key = KeyAt(place);
            while (next < changed.Length && Convert.FromHexString(changed[next]).AsSpan().SequenceCompareTo(key) <= 0)
            {
                keys.AddRange(Convert.FromHexString(changed[next++]));
            }

            if (!IsChanged(place))
            {
                keys.AddRange(key);
            }
        }

        keys.AddRange(changed[next..].SelectMany(Convert.FromHexString));
        return KeySet.FromAscending([.. keys]);
    }

    /// <summary>The names of images that have all of some tags, in ordinal order.</summary>
    /// <param name="tags">The tags.</param>
    /// <param name="prefix">What the names begin with; empty: all.</param>
    /// <param name="after">Names behind this one only; null for all.</param>
    public IEnumerable<string> NamesWithAll(IReadOnlyList<string> tags, string prefix, string? after)
    {
        bool[] fits = Fits(tags);
        var changed = new Queue<string>(
            _changed.Values.Where(image => HasAll(image, tags)).Select(image => image.Id.Name).Where(Passes).Order(StringComparer.Ordinal));
        string from = after is not null && string.CompareOrdinal(after, prefix) > 0 ? after : prefix;
        int start = Array.BinarySearch(_names, from, StringComparer.Ordinal);
        for (int i = start < 0 ? ~start : start; i < _names.Length; i++)
        {
            if (!_names[i].StartsWith(prefix, StringComparison.Ordinal))
            {
                break;
            }

            while (changed.TryPeek(out string? next) && string.CompareOrdinal(next, _names[i]) <= 0)
            {
                yield return changed.Dequeue();
            }

            if (fits[_sets[i]] && Passes(_names[i]) && !IsChanged(i))
            {
                yield return _names[i];
            }
        }

        foreach (string name in changed)
        {
            yield return name;
        }

        bool Passes(string name) =>
            name.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(name, after) > 0);
    }

    /// <summary>How many images have each tag.</summary>
    public IReadOnlyDictionary<string, int> CountByTag()
    {
        int[] images = new int[_tagsOfSet.Length];
        for (int i = 0; i < _sets.Length; i++)
        {
            images[_sets[i]] += IsChanged(i) ? 0 : 1;
        }

        return _tagsOfSet.Zip(images)
            .Concat(_changed.Values.Select(image => (First: image.Tags.ToArray(), Second: 1)))
            .SelectMany(set => set.First.Select(tag => (Tag: tag, Images: set.Second)))
            .GroupBy(entry => entry.Tag, entry => entry.Images, StringComparer.Ordinal)
            .Select(group => KeyValuePair.Create(group.Key, group.Sum()))
            .Where(entry => entry.Value > 0)
            .ToDictionary(StringComparer.Ordinal);
    }

    private bool[] Fits(IReadOnlyList<string> tags) => Array.ConvertAll(_tagsOfSet, set => tags.All(set.Contains));

    private static bool HasAll(TaggedImage image, IReadOnlyList<string> tags) => image.Tags.Count > 0 && tags.All(image.Tags.Contains);

    private ReadOnlySpan<byte> KeyAt(int place) => _keys.AsSpan(place * ImageColumns.KeyLength, ImageColumns.KeyLength);

    private bool IsChanged(int place) => _changed.Count > 0 && _changed.ContainsKey(Convert.ToHexStringLower(KeyAt(place)));

    private int Find(string key)
    {
        byte[] bytes = Convert.FromHexString(key);
        (int low, int high) = (0, _byKey.Length);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = KeyAt(_byKey[middle]).SequenceCompareTo(bytes) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low < _byKey.Length && KeyAt(_byKey[low]).SequenceEqual(bytes) ? _byKey[low] : -1;
    }
}
