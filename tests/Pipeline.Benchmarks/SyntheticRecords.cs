using System.Globalization;
using System.Numerics.Tensors;
using Pipeline.Models;
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
}
