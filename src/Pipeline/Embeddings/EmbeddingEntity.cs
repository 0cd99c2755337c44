using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Azure.Data.Tables;
using Pipeline.Models;

namespace Pipeline.Embeddings;

/// <summary>An <see cref="EmbeddingRecord"/> as a row of the table <c>Embeddings</c>.</summary>
internal static class EmbeddingEntity
{
    // The service keeps "ETag" for the row's own version, so the blob's goes under another name.
    public const string ImageETag = "ImageETag";

    public static TableEntity From(InstalledModel model, EmbeddingRecord record) =>
        new(PartitionKeys.Bucket(model, record.Id.Key), record.Id.Key)
        {
            ["Container"] = record.Id.Container,
            ["Name"] = record.Id.Name,
            [ImageETag] = record.ImageETag,
            ["ContentHash"] = record.ContentHash,
            ["Width"] = record.Width,
            ["Height"] = record.Height,
            ["EmbeddedAt"] = record.EmbeddedAt,
            ["Vector"] = ToLittleEndian(record.Embedding.Values.Span),
            ["Norm"] = (double)record.Embedding.Norm,
            ["Weights"] = model.Weights.ToJsonName(),
        };

    public static EmbeddingRecord ToRecord(TableEntity entity) => new(
        new ImageId(Required(entity.GetString("Container")), Required(entity.GetString("Name"))),
        Required(entity.GetString(ImageETag)),
        Required(entity.GetString("ContentHash")),
        Required(entity.GetInt32("Width")),
        Required(entity.GetInt32("Height")),
        Required(entity.GetDateTimeOffset("EmbeddedAt")),
        new Embedding(FromLittleEndian(Required(entity.GetBinary("Vector"))), (float)Required(entity.GetDouble("Norm"))));

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

    private static T Required<T>(T? value) where T : struct => value ?? throw Incomplete();

    private static T Required<T>(T? value) where T : class => value ?? throw Incomplete();

    private static InvalidDataException Incomplete() =>
        new("A row of the table 'Embeddings' lacks a property that this version writes. Delete the row and upload its image again.");
}
