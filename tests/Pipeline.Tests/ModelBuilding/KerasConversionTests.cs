using System.Text.Json;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Tests.ModelBuilding;

/// <summary>
/// From Keras' files to ONNX at a thirty-second of the width, against PyTorch. At full width the integration tests do the same.
/// </summary>
public sealed class KerasConversionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-conversion-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("vgg16", "vgg16.h5")]
    [InlineData("vgg16", "vgg16-saved-model.h5")]
    [InlineData("resnet50", "resnet50.h5")]
    public async Task Every_output_of_a_converted_model_agrees_with_PyTorch(string key, string file)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(KerasFixtures.Path("outputs.json")));
        JsonElement reference = json.RootElement.GetProperty(key);
        using ModelSession session = Convert(key, file, withTop: true);

        NetworkReference.AssertAgreement(reference, await session.RunAsync(
            [NetworkReference.Image(KerasFixtures.InputSize)],
            [.. reference.EnumerateObject().Select(output => output.Name)],
            TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("vgg16", "vgg16-no-top.h5", "block5_pool")]
    [InlineData("resnet50", "resnet50-no-top.h5", "avg_pool")]
    public async Task Without_the_top_the_embedding_agrees_with_PyTorch_and_there_are_no_predictions(
        string key, string file, string embedding)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(KerasFixtures.Path("outputs.json")));
        using ModelSession session = Convert(key, file, withTop: false);

        NetworkReference.AssertAgreement(json.RootElement.GetProperty(key), await session.RunAsync(
            [NetworkReference.Image(KerasFixtures.InputSize)], [embedding], cancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(
            () => session.RunAsync([NetworkReference.Image(KerasFixtures.InputSize)], ["predictions"], cancellationToken));
    }

    private ModelSession Convert(string key, string file, bool withTop)
    {
        string path = Path.Combine(_folder, $"{key}.onnx");
        using var weights = new KerasWeights(KerasFixtures.Path(file));
        using (FileStream output = File.Create(path))
        {
            KerasFixtures.Convert(key, weights, withTop, output);
        }

        return new ModelSession(
            new InstalledModel(KerasFixtures.Definition(key), default, weights.Origin, Precision.Float32, withTop, path));
    }
}
