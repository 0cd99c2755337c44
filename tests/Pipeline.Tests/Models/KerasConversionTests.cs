using System.Text.Json;
using Google.Protobuf;
using Pipeline.Models;
using Pipeline.Models.Building;

namespace Pipeline.Tests.Models;

/// <summary>From Keras' files to ONNX at a thirty-second of the width, against PyTorch. At full width the integration tests do the same.</summary>
public sealed class KerasConversionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-conversion-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("vgg16", "vgg16.h5")]
    [InlineData("vgg16", "vgg16-saved-model.h5")]
    [InlineData("resnet50", "resnet50.h5")]
    public async Task Every_output_of_a_converted_network_agrees_with_PyTorch(string key, string file)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(KerasFixtures.Path("outputs.json")));
        JsonElement reference = json.RootElement.GetProperty(key);
        using ModelSession session = Convert(key, file);

        NetworkReference.AssertAgreement(reference, await session.RunAsync(
            [NetworkReference.Picture(KerasFixtures.InputSize)],
            [.. reference.EnumerateObject().Select(output => output.Name)],
            TestContext.Current.CancellationToken));
    }

    private ModelSession Convert(string key, string file)
    {
        ModelDefinition definition = KerasFixtures.Definition(key);
        using var weights = new KerasWeights(KerasFixtures.Path(file));
        string path = Path.Combine(_folder, $"{key}.onnx");
        File.WriteAllBytes(
            path, ModelBuilder.Compose(definition, weights, KerasFixtures.Divisor, TestContext.Current.CancellationToken).Onnx.ToByteArray());
        return new ModelSession(new InstalledModel(definition, default, weights.Origin, path));
    }
}
