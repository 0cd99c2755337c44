using System.Globalization;
using System.Numerics.Tensors;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>Records of images that do not exist, for tables and indexes of any size.</summary>
internal static class SyntheticRecords
{
    public static EmbeddingRecord Record(int number, int length, Random random)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        string name = string.Create(CultureInfo.InvariantCulture, $"stored-{number:000000}.jpg");
        var id = new ImageId(ImagesContainer.DefaultName, name);
        return new EmbeddingRecord(id, "\"0x1\"", id.Key, 224, 224, DateTimeOffset.UnixEpoch, new Embedding(values, 1));
    }

    /// <summary>An index of records, as a first refresh makes it.</summary>
    /// <param name="records">The records.</param>
    /// <param name="codedFrom">From how many images on there are codes.</param>
    /// <param name="memoryBytes">How many bytes of vectors are in memory; the others are in a file.</param>
    public static IndexSnapshot Index(IReadOnlyList<EmbeddingRecord> records, int codedFrom, long memoryBytes = long.MaxValue / 2)
    {
        IndexSnapshot empty = IndexSnapshot.Empty(new VectorStore(memoryBytes, Path.GetTempPath()));
        var changes = new IndexChanges(empty, records[0].Embedding.Values.Length) { CodedFrom = codedFrom };
        foreach (EmbeddingRecord record in records)
        {
            changes.Put(record.Id.Key, record, null);
        }

        return changes.ToSnapshot(0);
    }

    /// <summary>The index after a refresh that found one image changed.</summary>
    public static IndexSnapshot Put(IndexSnapshot known, EmbeddingRecord record, int codedFrom)
    {
        var changes = new IndexChanges(known, record.Embedding.Values.Length) { CodedFrom = codedFrom };
        changes.Put(record.Id.Key, record, null);
        return changes.ToSnapshot(0);
    }
}
