namespace Pipeline.Storage;

/// <summary>A range of <see cref="ImageId.Key"/>, in the order of the table.</summary>
/// <param name="After">All keys in it are greater; empty: it begins with the first.</param>
/// <param name="UpTo">All keys in it are this one or less.</param>
internal sealed record KeyRange(string After, string UpTo)
{
    /// <summary>No key is greater: keys are made of the digits 0 to f.</summary>
    public const string Last = "g";

    /// <summary>All keys.</summary>
    public static readonly KeyRange All = new("", Last);

    /// <summary>The buckets that its keys lie in, in order.</summary>
    public IEnumerable<int> Buckets
    {
        get
        {
            int first = After.Length == 0 ? 0 : PartitionKeys.BucketOf(After);
            int last = UpTo == Last ? PartitionKeys.Buckets - 1 : PartitionKeys.BucketOf(UpTo);
            return Enumerable.Range(first, last - first + 1);
        }
    }

    /// <summary>Whether a key lies in it.</summary>
    public bool Contains(string key) => string.CompareOrdinal(key, After) > 0 && string.CompareOrdinal(key, UpTo) <= 0;
}
