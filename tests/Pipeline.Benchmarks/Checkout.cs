using Pipeline.Cli;
using Pipeline.Models;

namespace Pipeline.Benchmarks;

/// <summary>The sample images and built models of the checkout.</summary>
internal static class Checkout
{
    /// <summary>A built model.</summary>
    /// <exception cref="InvalidDataException">It was not built; the message says how.</exception>
    public static InstalledModel Model(string key) =>
        InstalledModel.Find(ModelCatalogue.Default().Models.Single(model => model.Key == key), SourceTree.Find().Models)
        ?? throw new InvalidDataException($"There is no model '{key}'. Build it first: ./pipeline models build --seeded");

    /// <summary>A built model in float32.</summary>
    /// <exception cref="InvalidDataException">It was not built; the message says how.</exception>
    public static InstalledModel Float32(ModelDefinition model) =>
        InstalledModel.FindFloat32(model, SourceTree.Find().Models)
        ?? throw new InvalidDataException($"There is no model '{model.Key}'. Build it: ./pipeline models build --seeded");

    /// <summary>An encoded sample image, such as <c>fish-1.jpg</c>: 480 x 360 pixels.</summary>
    public static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(SourceTree.Find().Samples, name));
}
