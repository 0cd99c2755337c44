using System.Text.Json;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.ModelBuilding;
using Pipeline.Models;
using Pipeline.Tests.ModelBuilding;

namespace Pipeline.IntegrationTests.ModelBuilding;

/// <summary>
/// Keras' files at full width, written by h5py when the test runs (<c>tests/reference/weights.py</c>), become models that agree with
/// PyTorch.
/// </summary>
public sealed class KerasConversionTests(SeededModels models) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-conversion-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("vgg16")]
    [InlineData("resnet50")]
    public async Task A_converted_model_agrees_with_PyTorch_and_is_the_one_that_the_weights_name(string key)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string file = await KerasFile.WriteAsync(key, _folder);
        InstalledModel drawn = models.Installed.Single(model => model.Key == key);
        InstalledModel converted;
        using (var weights = new KerasWeights(file))
        {
            converted = await ModelBuilder.BuildAsync(drawn.Definition, weights, withTop: true, _folder, cancellationToken);
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "networks.json")));
        JsonElement reference = json.RootElement.GetProperty(key);
        using (var session = new ModelSession(InstalledModel.FindFloat32(drawn.Definition, _folder)!))
        {
            NetworkReference.AssertAgreement(reference, await session.RunAsync(
                [NetworkReference.Image()], [.. reference.EnumerateObject().Select(output => output.Name)], cancellationToken));
        }

        // The file has the numbers that the seed draws, so it is the same model, whatever its origin is called.
        Assert.Equal(drawn.Fingerprint, converted.Fingerprint);
        Assert.Equal(WeightsOrigin.ImageNet, InstalledModel.Find(drawn.Definition, _folder)!.Weights);
        Assert.True(await converted.VerifyAsync(cancellationToken));
    }
}
