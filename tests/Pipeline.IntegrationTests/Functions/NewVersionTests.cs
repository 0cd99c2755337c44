using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Pipeline.IntegrationTests.Cli;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>An app whose model was replaced while images were indexed by the version before.</summary>
public sealed class NewVersionTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-versions-").FullName;
    private Azurite? _azurite;

    private Azurite Storage => _azurite!;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _azurite = await Azurite.StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_version_before_responds_until_the_new_one_has_all_images_and_then_the_new_one_does()
    {
        Fingerprint before = Install([0.485f, 0.456f, 0.406f]);
        await UploadAsync("a.bmp", 1);
        await UploadAsync("b.bmp", 2);
        await using (FunctionApp app = await FunctionApp.StartWithoutEventsAsync(Storage, _folder))
        {
            await BackfillAsync(app);
            Assert.Equal((before.ToString(), 2), Answer(await FindAsync(app)));
        }

        Fingerprint next = Install([0.5f, 0.4f, 0.3f]);
        await using FunctionApp second = await FunctionApp.StartWithoutEventsAsync(Storage, _folder);
        (string, int) first = Answer(await FindAsync(second));
        await UploadAsync("c.bmp", 3);
        await BackfillAsync(second, "--prefix", "c");
        await second.Process.WaitUntilAsync(async () => Answer(await FindAsync(second)).Images == 3, "the upload to be found");
        (string, int) filling = Answer(await FindAsync(second));
        await Storage.Images.GetBlobClient("a.bmp").UploadAsync(
            BinaryData.FromString("No image any more."), overwrite: true, CancellationToken);
        await BackfillAsync(second, "--prefix", "a");
        await second.Process.WaitUntilAsync(
            async () => Answer(await FindAsync(second)).Images == 2, "the refused image to leave the version before");
        JsonNode stored = await second.GetAsync("similar/c.bmp");
        JsonNode health = await second.GetAsync("health");
        await BackfillAsync(second);
        await second.Process.WaitUntilAsync(
            async () => Answer(await FindAsync(second)).Fingerprint == next.ToString(), "the new version to respond");
        (string, int) complete = Answer(await FindAsync(second));
        JsonNode after = await second.GetAsync("health");

        Assert.NotEqual(before, next);
        Assert.Equal((before.ToString(), 2), first);
        Assert.Equal((before.ToString(), 3), filling);
        Assert.Equal((before.ToString(), 2), Answer(stored));
        Assert.Equal((next.ToString(), 2), complete);
        Assert.Equal(
            (next.ToString(), before.ToString()),
            (Text(health["models"]!["thin"]!["fingerprint"]), Text(health["models"]!["thin"]!["answersFrom"])));
        Assert.Null(after["models"]!["thin"]!["answersFrom"]);
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static (string Fingerprint, int Images) Answer(JsonNode similar) =>
        (Text(similar["models"]!["thin"]!["fingerprint"]), similar["models"]!["thin"]!["images"]!.GetValue<int>());

    private static Task<JsonNode> FindAsync(FunctionApp app) => app.FindSimilarAsync(TestImages.Bitmap(1), "");

    private async Task BackfillAsync(FunctionApp app, params string[] options)
    {
        await app.Process.WaitUntilAsync(
            async () => await new BlobClient(Storage.ConnectionString, "index-state", "models.json").ExistsAsync(CancellationToken),
            "the models to be noted");
        (int exitCode, string output) = await CommandProcess.RunAsync(["backfill", .. options, "--storage", Storage.ConnectionString]);
        Assert.True(exitCode == 0, output);
    }

    private Task UploadAsync(string name, int number) => Storage.Images.GetBlobClient(name).UploadAsync(
        BinaryData.FromBytes(TestImages.Bitmap(number)), CancellationToken);

    private Fingerprint Install(float[] mean) => ThinModel.Install(_folder, "thin", mean: mean).Fingerprint;
}
