using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Tests.Search;

/// <summary>Makes what is searched from records, without tables.</summary>
internal static class Snapshots
{
    /// <summary>An index with these records.</summary>
    /// <param name="records">The records, all vectors of one length.</param>
    /// <param name="steps">In how many refreshes they came, so that there are several segments.</param>
    /// <param name="memoryBytes">How many bytes of vectors are in memory; the others are in a file.</param>
    /// <param name="coded">Whether there are codes, whatever the number of records.</param>
    public static IndexSnapshot Of(
        IReadOnlyList<EmbeddingRecord> records, int steps = 1, long memoryBytes = long.MaxValue / 2, bool coded = false)
    {
        IndexSnapshot snapshot = IndexSnapshot.Empty(new VectorStore(memoryBytes, Path.GetTempPath()));
        int dimension = records.Count == 0 ? 1 : records[0].Embedding.Values.Length;
        foreach (EmbeddingRecord[] step in records.Chunk(Math.Max(1, (records.Count + steps - 1) / steps)))
        {
            snapshot = Put(snapshot, dimension, step, coded);
        }

        return snapshot;
    }

    /// <summary>The index after a refresh that found these records.</summary>
    public static IndexSnapshot Put(
        IndexSnapshot known, int dimension, IEnumerable<EmbeddingRecord> records, bool coded = false, params string[] removedKeys)
    {
        var changes = new IndexChanges(known, dimension) { CodedFrom = coded ? 1 : int.MaxValue };
        foreach (EmbeddingRecord record in records)
        {
            changes.Put(record.Id.Key, record, null);
        }

        foreach (string key in removedKeys)
        {
            changes.Put(key, null, null);
        }

        return changes.ToSnapshot(0);
    }
}
