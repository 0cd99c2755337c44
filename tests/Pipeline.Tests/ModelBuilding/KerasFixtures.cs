using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Tests.ModelBuilding;

/// <summary>The small networks of <c>tests/reference/weights.py</c>.</summary>
internal static class KerasFixtures
{
    public const int InputSize = 64;

    public static string Path(string file) => Repository.Path("tests", "reference", "fixtures", "weights", file);

    public static ModelDefinition Definition(string key) =>
        ModelCatalogue.Default().Models.Single(model => model.Key == key) with { InputSize = InputSize, Classes = 10 };

    /// <summary>Reads all of a model's weights, and writes its ONNX.</summary>
    public static void Convert(string key, IWeightSource weights, bool withTop, Stream output) => ModelBuilder.Write(
        Definition(key), weights, Precision.Float32, withTop, divisor: 32, output, TestContext.Current.CancellationToken);
}
