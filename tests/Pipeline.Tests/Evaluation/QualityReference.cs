using System.Runtime.InteropServices;
using System.Text.Json;
using Pipeline.Evaluation;

namespace Pipeline.Tests.Evaluation;

/// <summary>What scikit-learn and SciPy found for two models' embeddings: tests/reference/quality.py.</summary>
internal sealed record QualityReference(
    IReadOnlyList<string> Groups, IReadOnlyList<ReferenceModel> Models, IReadOnlyList<ReferenceList> Lists)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static QualityReference Read() => JsonSerializer.Deserialize<QualityReference>(
        File.ReadAllText(Repository.Path("tests", "reference", "fixtures", "quality.json")), Json)!;

    /// <summary>The images, named by their positions.</summary>
    public EmbeddedImages Embedded()
    {
        float[][][] vectors = [.. Models.Select(model => model.Read())];
        return new EmbeddedImages(
            [
                .. Groups.Select((group, i) => new EmbeddedImage(
                    new EvaluationImage($"{i:00}", group.Length == 0 ? null : group, _ => throw new InvalidOperationException()),
                    $"{i:00}",
                    [.. vectors.Select(model => new ReadOnlyMemory<float>(model[i]))])),
            ],
            [],
            [],
            []);
    }
}

internal sealed record ReferenceModel(int Length, string Vectors)
{
    public float[][] Read() => [.. MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(Vectors)).ToArray().Chunk(Length)];
}

internal sealed record ReferenceList(
    int Queries,
    IReadOnlyList<double> AveragePrecisions,
    double MeanAveragePrecision,
    IReadOnlyList<double> Recall,
    IReadOnlyList<double> Precision,
    double? Silhouette);
