using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;

namespace Pipeline.IntegrationTests.Models;

/// <summary>The whole app, from an empty models folder and a container.</summary>
public sealed class ModelStoreStartTests(SeededModels models) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-start-").FullName;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Two_apps_on_one_empty_folder_fetch_the_models_once_and_both_work()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        await PublishedModels.UploadAsync(azurite.Models, models);
        Dictionary<string, string> settings = PublishedModels.Settings(azurite.Models, models, _folder);

        FunctionApp[] apps = await Task.WhenAll(FunctionApp.StartAsync(azurite, settings), FunctionApp.StartAsync(azurite, settings));
        try
        {
            string[] fetched = [.. apps.SelectMany(
                app => Regex.Matches(app.Process.Output, "(vgg16|resnet50)-[0-9a-f]{12} \\(.*").Select(match => match.Value))];
            foreach (string line in fetched)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(line);
            }

            Assert.Equal(2, fetched.Length);
            foreach (FunctionApp app in apps)
            {
                JsonNode health = await app.GetAsync("health");
                Assert.All(models.Installed, model => Assert.Equal(
                    model.Fingerprint.ToString(), health["models"]![model.Key]!["fingerprint"]!.GetValue<string>()));
            }

            await azurite.Images.GetBlobClient("fetched.bmp").UploadAsync(BinaryData.FromBytes(TestImages.Bitmap(1)), CancellationToken);
            await apps[0].WaitUntilIndexedAsync("fetched.bmp");
            Assert.Equal(2, Directory.GetFiles(_folder, "*.onnx", SearchOption.AllDirectories).Length);
        }
        finally
        {
            foreach (FunctionApp app in apps)
            {
                await app.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task An_app_without_its_version_does_not_start_and_touches_no_image()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        await azurite.Models.CreateIfNotExistsAsync(cancellationToken: CancellationToken);
        await azurite.Images.GetBlobClient("left.bmp").UploadAsync(BinaryData.FromBytes(TestImages.Bitmap(1)), CancellationToken);

        await using ServerProcess app = FunctionApp.Launch(azurite, PublishedModels.Settings(azurite.Models, models, _folder));
        await Wait.UntilAsync(() => Task.FromResult(app.HasExited), () => app.Output);

        Assert.NotEqual(0, app.ExitCode);
        await Wait.UntilAsync(
            () => Task.FromResult(models.Installed.Any(model => app.Output.Contains(
                $"'{model.Key}-{model.Fingerprint}.manifest.json' is missing in '{azurite.Models.Uri}'", StringComparison.Ordinal))),
            () => app.Output);
        Assert.DoesNotContain("Ready:", app.Output, StringComparison.Ordinal);
        Assert.False(await azurite.PoisonQueue.ExistsAsync(CancellationToken));
    }
}
