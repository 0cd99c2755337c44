namespace Pipeline.Search.Duplicates;

/// <summary>
/// Joins numbers into sets, by several threads at once: union by size (Tarjan, "Efficiency of a Good But Not Linear Set Union Algorithm",
/// J. ACM 22, 1975). It takes 8 bytes a number, however many pairs are joined.
/// </summary>
/// <param name="count">The numbers are 0 to <paramref name="count"/> - 1, each in a set of its own at first.</param>
internal sealed class DisjointSets(int count)
{
    private readonly Lock _lock = new();
    private readonly int[] _parents = [.. Enumerable.Range(0, count)];
    private readonly int[] _sizes = [.. Enumerable.Repeat(1, count)];

    /// <summary>
    /// Whether two numbers are known to be in one set. True stays true; false may be old already. It takes no lock: roots only ever get
    /// parents, so each step leads on in the same set, and as the smaller set is hung below the larger one there are few.
    /// </summary>
    public bool AreJoined(int first, int second) => RootOf(first) == RootOf(second);

    /// <summary>Makes one set of those of two numbers.</summary>
    public void Join(int first, int second)
    {
        lock (_lock)
        {
            (int larger, int smaller) = (RootOf(first), RootOf(second));
            if (larger == smaller)
            {
                return;
            }

            if (_sizes[larger] < _sizes[smaller])
            {
                (larger, smaller) = (smaller, larger);
            }

            _sizes[larger] += _sizes[smaller];
            Volatile.Write(ref _parents[smaller], larger);
        }
    }

    /// <summary>The sets of two numbers or more, each in ascending order.</summary>
    public IEnumerable<IReadOnlyList<int>> Joined() =>
        Enumerable.Range(0, count).Where(number => _sizes[RootOf(number)] > 1).GroupBy(RootOf).Select(set => set.ToArray());

    private int RootOf(int number)
    {
        int parent = Volatile.Read(ref _parents[number]);
        while (parent != number)
        {
            (number, parent) = (parent, Volatile.Read(ref _parents[parent]));
        }

        return number;
    }
}
