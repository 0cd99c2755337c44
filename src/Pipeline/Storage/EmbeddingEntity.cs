using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Azure.Data.Tables;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Storage;

/// <summary>An <see cref="EmbeddingRecord"/> as a row of the table <c>Embeddings</c>.</summary>
internal static class EmbeddingEntity
{
    // The service keeps "ETag" for the row's own version, so the blob's goes under another name.
    public const string ImageETag = "ImageETag";

    public const string Container = "Container";
    public const string Name = "Name";

    private const string Vector = "Vector";

    // What the rounding of floats leaves is below a thousandth of this.
    private const float NormTolerance = 1e-3f;

    public static TableEntity From(InstalledModel model, EmbeddingRecord record) =>
        new(PartitionKeys.Bucket(model, record.Id.Key), record.Id.Key)
        {
            [Container] = record.Id.Container,
            [Name] = record.Id.Name,
            [ImageETag] = record.ImageETag,
            ["ContentHash"] = record.ContentHash,
            ["Width"] = record.Width,
            ["Height"] = record.Height,
            ["EmbeddedAt"] = record.EmbeddedAt,
            [Vector] = ToLittleEndian(record.Embedding.Values.Span),
            ["Norm"] = (double)record.Embedding.Norm,
            ["Weights"] = model.Weights.ToJsonName(),
        };

    /// <summary>Reads a row, which another version of the product or a hand may have written.</summary>
    /// <exception cref="InvalidDataException">It is not what this version writes; the message says why, and what to do.</exception>
    public static EmbeddingRecord ToRecord(InstalledModel model, TableEntity entity) =>
        ToRecord(model.Definition.EmbeddingLength, entity);

    /// <summary>Reads a row of a model of which no more is known than the length of its embeddings.</summary>
    /// <param name="dimensions">That length; null for any.</param>
    /// <param name="entity">The row.</param>
    /// <exception cref="InvalidDataException">As of <see cref="ToRecord(InstalledModel, TableEntity)"/>.</exception>
    public static EmbeddingRecord ToRecord(int? dimensions, TableEntity entity)
    {
        if (!ListedRow.Of(entity).TryGetId(out ImageId? id))
        {
            throw Unreadable(entity, "does not name the image that its key is made of");
        }

        byte[] vector = Required<byte[]>(entity, Vector);
        int expected = (dimensions * sizeof(float)) ?? (vector.Length / sizeof(float) * sizeof(float));
        if (vector.Length != expected)
        {
            throw Unreadable(entity, $"has a vector of {vector.Length:N0} bytes instead of {expected:N0}");
        }

        string hash = Required<string>(entity, "ContentHash");
        if (!ImageId.IsKey(hash))
        {
            throw Unreadable(entity, "has a content hash that is no SHA-256, 64 hexadecimal digits in lower case");
        }

        // One value that is no number would make every cosine with this row one that is no number either, which no ranking can order; a
        // vector of another length is no direction that a dot product compares.
        float[] values = FromLittleEndian(vector);
        return Math.Abs(TensorPrimitives.SumOfSquares<float>(values) - 1) <= NormTolerance
            ? new EmbeddingRecord(
                id,
                Required<string>(entity, ImageETag),
                hash,
                Required<int>(entity, "Width"),
                Required<int>(entity, "Height"),
                Required<DateTimeOffset>(entity, "EmbeddedAt"),
                new Embedding(values, (float)Required<double>(entity, "Norm")))
            : throw Unreadable(entity, "has a vector whose L2 norm is not 1");
    }

    /// <summary>The blob's ETag, null where the row has none.</summary>
    public static string? ImageETagOf(TableEntity entity) => Find<string>(entity, ImageETag);

    /// <summary>A property; null where the row lacks it, or has it with another type.</summary>
    public static T? Find<T>(TableEntity entity, string property) where T : class =>
        entity.TryGetValue(property, out object? value) ? value as T : null;

    private static byte[] ToLittleEndian(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        return bytes;
    }

    private static float[] FromLittleEndian(byte[] bytes)
    {
        // A table of 10,000 rows is 160 MB of floats: copied whole where the machine's order is the stored one.
        if (BitConverter.IsLittleEndian)
        {
            return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        }

        float[] values = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return values;
    }

    private static T Required<T>(TableEntity entity, string property) =>
        entity.TryGetValue(property, out object? value) && value is T found
            ? found
            : throw Unreadable(entity, $"lacks the property '{property}', or has it with another type");

    private static InvalidDataException Unreadable(TableEntity entity, string error) => new(
        $"The row '{entity.RowKey}' in the partition '{entity.PartitionKey}' of the table 'Embeddings' {error}. " +
        "Delete the row and upload its image again.");
}
