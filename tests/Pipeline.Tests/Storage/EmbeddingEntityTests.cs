using Azure.Data.Tables;
using CsCheck;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public class EmbeddingEntityTests
{
    private static readonly InstalledModel Model =
        new(
            ModelCatalogue.Default().Models[0],
            new Fingerprint("0123456789ab"),
            WeightsOrigin.Untrained,
            Precision.Float32,
            true,
            "vgg16.onnx");

    private static readonly Gen<EmbeddingRecord> Records = Gen.Select(
        Gen.String[1, 50],
        Gen.Single[-1, 1].Array[1, 64].Where(vector => vector.Any(value => Math.Abs(value) > 0.01f)).Select(Unit),
        Gen.Int[1, 9999],
        Gen.Int[1, 9999],
        Gen.DateTimeOffset,
        (name, vector, width, height, at) => new EmbeddingRecord(
            new ImageId("images", name), "\"0x8D\"", new string('c', 64), width, height, at, new Embedding(vector, 3.5f)));

    [Fact]
    public void A_record_comes_back_from_its_row_as_it_was() => Records.Sample(record =>
    {
        InstalledModel model = ModelOfLength(record.Embedding.Values.Length);
        EmbeddingRecord read = EmbeddingEntity.ToRecord(model, EmbeddingEntity.From(model, record));

        Assert.Equal(record with { Embedding = default }, read with { Embedding = default });
        Assert.Equal(record.Embedding.Values.ToArray(), read.Embedding.Values.ToArray());
        Assert.Equal(record.Embedding.Norm, read.Embedding.Norm);
    });

    [Fact]
    public void The_keys_are_model_fingerprint_bucket_and_the_hash_of_the_name()
    {
        TableEntity entity = EmbeddingEntity.From(Model, Record("vase.jpg"));

        Assert.Equal($"vgg16-0123456789ab-0{entity.RowKey[0]}", entity.PartitionKey);
        Assert.Equal(new ImageId("images", "vase.jpg").Key, entity.RowKey);
    }

    [Fact]
    public void A_row_says_whether_its_network_was_trained() =>
        Assert.Equal("untrained", EmbeddingEntity.From(Model, Record("vase.jpg")).GetString("Weights"));

    [Fact]
    public void Names_spread_over_all_sixteen_buckets_evenly()
    {
        int[] counts = [.. Enumerable.Range(0, 3200)
            .CountBy(i => PartitionKeys.Bucket(Model, new ImageId("images", $"{i}.jpg").Key))
            .Select(bucket => bucket.Value)];

        Assert.Equal(16, counts.Length);
        Assert.All(counts, count => Assert.InRange(count, 140, 260));
    }

    [Fact]
    public void The_vector_is_little_endian_float32()
    {
        TableEntity entity = EmbeddingEntity.From(Model, Record("a"));

        Assert.Equal([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0], entity.GetBinary("Vector"));
    }

    [Fact]
    public void The_longest_embedding_fits_a_property_of_a_row() =>
        Assert.All(ModelCatalogue.Default().Models, model => Assert.True(model.EmbeddingLength * sizeof(float) <= 64 * 1024));

    public static TheoryData<string, object?> Unreadable => new()
    {
        { "Vector", null },
        { "Vector", new byte[4] },
        { "Vector", new byte[12] },
        { "Vector", new byte[] { 0, 0, 0xC0, 0x7F, 0, 0, 0, 0 } },
        { "Vector", "AAAAAAAAAAA=" },
        { "Name", null },
        { "Name", "" },
        { "Name", "another.jpg" },
        { "Name", new string('x', 1025) },
        { "Container", null },
        { "Width", "2" },
        { "Norm", null },
        { "EmbeddedAt", "yesterday" },
        { "ImageETag", null },
        { "ContentHash", 1 },
        { "ContentHash", "" },
        { "ContentHash", new string('c', 63) },
        { "ContentHash", new string('C', 64) },
        { "ContentHash", new string('x', 64) },
    };

    [Theory]
    [MemberData(nameof(Unreadable), DisableDiscoveryEnumeration = true)]
    public void A_row_that_this_version_does_not_write_is_refused_with_the_remedy(string property, object? value)
    {
        TableEntity entity = EmbeddingEntity.From(Model, Record("a"));
        entity.Remove(property);
        if (value is not null)
        {
            entity[property] = value;
        }

        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => EmbeddingEntity.ToRecord(ModelOfLength(2), entity));

        Assert.Contains(entity.RowKey, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Delete the row", refused.Message, StringComparison.Ordinal);
    }

    private static InstalledModel ModelOfLength(int length)
        => Model with { Definition = Model.Definition with { EmbeddingLength = length } };

    private static EmbeddingRecord Record(string name) => new(
        new ImageId("images", name), "\"0x8D\"", new string('c', 64), 2, 1, DateTimeOffset
            .UnixEpoch, new Embedding(new float[] { 1, -2 }, 1));

    private static float[] Unit(float[] vector)
    {
        double norm = Math.Sqrt(vector.Sum(value => (double)value * value));
        return [.. vector.Select(value => (float)(value / norm))];
    }
}
