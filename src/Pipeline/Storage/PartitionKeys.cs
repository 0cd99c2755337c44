using System.Globalization;
using Pipeline.Models;

namespace Pipeline.Storage;

/// <summary>Partition keys. A model and its fingerprint are part of each, so embeddings of different models never meet.</summary>
internal static class PartitionKeys
{
    /// <summary>Parts of a model's embeddings: read side by side, and no single hot partition on write.</summary>
    public const int Buckets = 16;

    public static string Model(InstalledModel model) => Model(ModelVersion.Of(model));

    public static string Model(ModelVersion version) => version.ToString();

    /// <summary>All partitions of a model, whatever its fingerprint: from the first key up to, without, the second.</summary>
    public static (string First, string End) RangeOf(string modelKey) => ($"{modelKey}-", $"{modelKey}.");

    /// <summary>The version that a partition of the table <c>Embeddings</c> belongs to; null where the key is not one of this app's.</summary>
    public static ModelVersion? VersionOf(string partition) =>
        partition.Split('-') is [{ Length: > 0 } key, { Length: > 0 } fingerprint, { Length: 2 }]
            ? new ModelVersion(key, fingerprint)
            : null;

    public static string Bucket(InstalledModel model, int bucket) => Bucket(ModelVersion.Of(model), bucket);

    public static string Bucket(InstalledModel model, string key) => Bucket(ModelVersion.Of(model), key);

    public static string Bucket(ModelVersion version, string key) => Bucket(version, BucketOf(key));

    public static string Bucket(ModelVersion version, int bucket) => $"{Model(version)}-{bucket:x2}";

    /// <summary>The bucket of an image is the first digit of its key, which is a hash.</summary>
    public static int BucketOf(string key) => int.Parse(key.AsSpan(0, 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
