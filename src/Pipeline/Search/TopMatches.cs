using Pipeline.Search.Segments;

namespace Pipeline.Search;

/// <summary>A stored image and how similar it is to the query.</summary>
/// <param name="Image">The stored image.</param>
/// <param name="Cosine">Cosine of the angle between the two embeddings, -1 to 1; 1 is the same direction.</param>
internal readonly record struct Match(IndexedImage Image, float Cosine);

/// <summary>
/// Keeps the best k of the matches that are added: a heap with the worst on top, so that most of a scan is one comparison each.
/// </summary>
internal sealed class TopMatches(int k)
{
    private static readonly Comparer<Match> BestFirst = Comparer<Match>.Create((a, b) =>
    {
        int byCosine = b.Cosine.CompareTo(a.Cosine);
        return byCosine != 0 ? byCosine : string.CompareOrdinal(a.Image.Id.Name, b.Image.Id.Name);
    });

    private static readonly Comparer<Match> WorstFirst = Comparer<Match>.Create((a, b) => BestFirst.Compare(b, a));

    private readonly PriorityQueue<Match, Match> _heap = new(WorstFirst);

    /// <summary>False where a match of this cosine cannot be among the best; equal ones may, by their names.</summary>
    public bool Takes(float cosine) => _heap.Count < k || cosine >= _heap.Peek().Cosine;

    public void Add(Match match)
    {
        if (_heap.Count < k)
        {
            _heap.Enqueue(match, match);
        }
        else if (BestFirst.Compare(match, _heap.Peek()) < 0)
        {
            _heap.DequeueEnqueue(match, match);
        }
    }

    public Match[] Descending()
    {
        Match[] matches = [.. _heap.UnorderedItems.Select(item => item.Element)];
        Array.Sort(matches, BestFirst);
        return matches;
    }
}
