using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>An image of a listing, under the key that its rows have.</summary>
internal readonly record struct KeyedBlob(string Key, ListedBlob Blob);

/// <summary>
/// The images of a listing whose keys come first after a key, at most a number of them: the listing is in the order of names and the tables
/// in that of the keys, which are hashes, and memory does not hold all of a large container. The next window begins where this one ends.
/// </summary>
/// <param name="after">The window begins after this key; empty: with the first.</param>
/// <param name="capacity">How many images it holds at most.</param>
internal sealed class KeyWindow(string after, int capacity)
{
    private readonly PriorityQueue<KeyedBlob, string> _kept =
        new(Comparer<string>.Create((one, other) => string.CompareOrdinal(other, one)));

    private bool _dropped;

    /// <summary>How many images were added, whatever their keys.</summary>
    public int Seen { get; private set; }

    /// <summary>The keys of which the window holds every image that was added.</summary>
    public KeyRange Range => new(after, _dropped ? _kept.Peek().Key : KeyRange.Last);

    /// <summary>Adds an image of the listing.</summary>
    public void Add(KeyedBlob image)
    {
        Seen++;
        if (string.CompareOrdinal(image.Key, after) <= 0)
        {
            return;
        }

        if (_kept.Count < capacity)
        {
            _kept.Enqueue(image, image.Key);
        }
        else
        {
            _kept.EnqueueDequeue(image, image.Key);
            _dropped = true;
        }
    }

    /// <summary>The images of the window in the order of their keys.</summary>
    public IReadOnlyList<KeyedBlob> ToSorted()
    {
        KeyedBlob[] sorted = [.. _kept.UnorderedItems.Select(item => item.Element)];
        Array.Sort(sorted, (one, other) => string.CompareOrdinal(one.Key, other.Key));
        return sorted;
    }
}
