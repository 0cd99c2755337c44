using Pipeline.Models;

namespace Pipeline.Tests.Models;

/// <summary>The small networks of <c>tests/reference/weights.py</c>.</summary>
internal static class KerasFixtures
{
    public const int Divisor = 32;
    public const int InputSize = 64;

    public static string Path(string file) => Repository.Path("tests", "reference", "fixtures", "weights", file);

    public static ModelDefinition Definition(string key) =>
        ModelCatalogue.Default().Models.Single(model => model.Key == key) with { InputSize = InputSize, Classes = 10 };
}
