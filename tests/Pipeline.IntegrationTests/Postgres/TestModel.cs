using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.IntegrationTests.Postgres;

/// <summary>Models that embed nothing, and records as if they had.</summary>
internal static class TestModel
{
    public static InstalledModel Of(int dimensions, int number = 0) => new(
        ModelCatalogue.Default().Models[number] with { EmbeddingLength = dimensions },
        new Fingerprint("0123456789ab"), WeightsOrigin.Untrained, Precision.Float32, true, "model.onnx");

    public static ImageId Id(string name) => new("images", name);

    public static EmbeddingRecord Record(string name, string etag, float[] vector) => new(
        Id(name),
        etag,
        new string('a', 64),
        640,
        480,
        new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero),
        new Embedding(vector, 12.5f));
}
