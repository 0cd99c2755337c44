using System.Text;
using Pipeline.Search.Segments;
using Pipeline.Search.Tags;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>Which images a search is about. It is applied before the nearest are chosen, so that however few pass, all are found.</summary>
/// <param name="ExcludedKey">An image to leave out (<see cref="ImageId.Key"/>), or null.</param>
/// <param name="Prefix">What the names begin with, by their exact characters; empty: all.</param>
/// <param name="Tagged">Only images that have some tags; null: all.</param>
internal sealed record SearchFilter(string? ExcludedKey = null, string Prefix = "", TaggedKeys? Tagged = null)
{
    public static readonly SearchFilter None = new();

    /// <summary>Whether a segment has the excluded image, and it is one that would pass else.</summary>
    public bool LeavesOutOf(Segment segment) => ExcludedKey is not null
        && Tagged?.Keys.Contains(ExcludedKey) != false
        && segment.Find(ExcludedKey) is >= 0 and int row
        && segment.Images.NameStartsWith(row, Encoding.UTF8.GetBytes(Prefix));

    /// <summary>The images of a segment that pass and are still there.</summary>
    /// <returns>Bit i % 64 of word i / 64 is 1 where image i is searched.</returns>
    public ReadOnlyMemory<ulong> Of(Segment segment)
    {
        int excluded = ExcludedKey is null ? -1 : segment.Find(ExcludedKey);
        if (excluded < 0 && Prefix.Length == 0 && Tagged is null)
        {
            return segment.Live;
        }

        ulong[] searched = Tagged is null ? segment.Live.ToArray() : LiveOf(segment, Tagged.Keys);
        if (excluded >= 0)
        {
            searched[excluded / 64] &= ~(1ul << (excluded % 64));
        }

        byte[] prefix = Encoding.UTF8.GetBytes(Prefix);
        for (int row = 0; prefix.Length > 0 && row < segment.Count; row++)
        {
            // Of few that are left others need no look at their names.
            if (searched[row / 64] == 0)
            {
                row |= 63;
            }
            else if (!segment.Images.NameStartsWith(row, prefix))
            {
                searched[row / 64] &= ~(1ul << (row % 64));
            }
        }

        return searched;
    }

    private static ulong[] LiveOf(Segment segment, KeySet keys)
    {
        ulong[] searched = new ulong[segment.Live.Length];
        ReadOnlySpan<ulong> live = segment.Live.Span;
        foreach (int row in keys.RowsOf(segment.Images))
        {
            searched[row / 64] |= live[row / 64] & (1ul << (row % 64));
        }

        return searched;
    }
}
