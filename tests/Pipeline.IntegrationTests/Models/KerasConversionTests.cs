using System.Diagnostics;
using System.Text.Json;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;
using Pipeline.Models.Building;
using Pipeline.Tests.Models;

namespace Pipeline.IntegrationTests.Models;

/// <summary>
/// Keras' files at full width, written by h5py when the test runs (<c>tests/reference/weights.py</c>), become networks that agree with PyTorch.
/// </summary>
public sealed class KerasConversionTests(RunningPipeline pipeline) : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-conversion-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("vgg16")]
    [InlineData("resnet50")]
    public async Task A_converted_network_agrees_with_PyTorch_and_is_the_one_that_the_weights_name(string key)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string file = await WriteAsync(key);
        InstalledModel drawn = pipeline.Models.Installed.Single(model => model.Key == key);
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
                [NetworkReference.Picture()], [.. reference.EnumerateObject().Select(output => output.Name)], cancellationToken));
        }

        // The file holds the same numbers as the seed draws, so it is the same network, whatever its origin is called.
        Assert.Equal(drawn.Fingerprint, converted.Fingerprint);
        Assert.Equal(WeightsOrigin.ImageNet, InstalledModel.Find(drawn.Definition, _folder)!.Weights);
        Assert.True(await converted.VerifyAsync(cancellationToken));
    }

    private async Task<string> WriteAsync(string key)
    {
        Assert.SkipUnless(File.Exists(Python), $"There is no {Python}, which writes the file to convert.");
        (int missing, string why) = await RunPythonAsync("-c", "import h5py, numpy, torch");
        Assert.SkipUnless(missing == 0, $"{Python} lacks a package that writes the file to convert (Debian: python3-h5py, python3-numpy, python3-torch): {why}");

        string file = Path.Combine(_folder, $"{key}.h5");
        (int failed, string output) = await RunPythonAsync(Repository.Path("tests", "reference", "weights.py"), "--full", key, file);
        Assert.True(failed == 0, output);
        return file;
    }

    private static async Task<(int ExitCode, string Error)> RunPythonAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true })!;
        try
        {
            string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, error.Trim());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
