using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Queues.Models;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.ModelBuilding;
using Pipeline.ModelBuilding.Onnx;
using Pipeline.Models;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>An app without VGG16 and ResNet50: ResNet-18, and models of a user, one of which fails on every image.</summary>
public sealed class AdditionalModelTests : IAsyncLifetime
{
    private const string Name = "additional/rgb.png";

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-additional-").FullName;
    private Azurite? _azurite;
    private FunctionApp? _app;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        ModelDefinition resnet18 = ModelCatalogue.Default().Models.Single(model => model.Key == "resnet18");
        await ResNet18.BuildAsync(resnet18, ResNet18.Package, _folder, CancellationToken);
        ThinModel.Install(_folder, "thin");
        ThinModel.Install(_folder, "off");

        // All outputs are zero, which has no direction.
        ThinModel.Install(_folder, "blank", model => model.Graph.Node.Add(new NodeProto
        {
            OpType = "Sub", Name = "nothing", Input = { "embedding", "embedding" }, Output = { "zeros" },
        }));
        _azurite = await Azurite.StartNewAsync();
        _app = await FunctionApp.StartAsync(_azurite, new Dictionary<string, string>
        {
            ["Models__Folder"] = _folder, ["Models__Enabled"] = "resnet18, thin,blank",
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_model_that_fails_neither_stops_nor_repeats_the_work_of_the_others()
    {
        await _azurite!.Images.GetBlobClient(Name).UploadAsync(BinaryData.FromBytes(TestImages.Reference("rgb.png")), CancellationToken);
        await _app!.Process.WaitUntilAsync(
            async () => await _app.StatesAsync(Name) is { Count: 3 } states
                && states["resnet18"].State == "indexed" && states["thin"].State == "indexed",
            "the models that work");
        string[] first = await EmbeddedAsync();

        PeekedMessage[] poison = [];
        await _app.Process.WaitUntilAsync(
            async () => await _azurite.PoisonQueue.ExistsAsync(CancellationToken)
                && (poison = await _azurite.PoisonQueue.PeekMessagesAsync(32, CancellationToken)).Length == 1,
            "the end of the attempts");

        // Both are of the first attempt, and the message is of the function that they share.
        Assert.Equal(2, first.Length);
        Assert.Equal(first, await EmbeddedAsync());
        Assert.Contains(
            "EmbedWithAdditional", Pipeline.Indexing.PoisonQueue.PoisonMessage.Decode(poison[0].Body.ToString()), StringComparison.Ordinal);
        JsonNode health = await _app.GetAsync("health");
        Assert.Equal(["resnet18", "blank", "thin"], health["models"]!.AsObject().Select(model => model.Key));

        JsonNode similar = await _app.FindSimilarAsync(TestImages.Reference("rgb.png"), "?model=thin");
        Assert.Equal("own", similar["models"]!["thin"]!["weights"]!.GetValue<string>());
        Assert.Equal(1, similar["models"]!["thin"]!["results"]![0]!["cosine"]!.GetValue<float>(), 1e-4);

        // One that was added has no maps, and the trained one that has them explains where none is named.
        using HttpResponseMessage thin = await _app.Client.GetAsync($"explain?a={Name}&b={Name}&model=thin", CancellationToken);
        await FunctionApp.AssertProblemAsync(
            thin,
            System.Net.HttpStatusCode.BadRequest,
            "invalid-parameter",
            "has no maps whose positions could be compared. Leave model out for resnet18, or name one that has: resnet18.");
        JsonNode explained = await _app.GetAsync($"explain?a={Name}&b={Name}");
        Assert.Equal("resnet18", explained["model"]!.GetValue<string>());
        Assert.Equal(1, explained["cosine"]!.GetValue<float>(), 1e-5f);
    }

    private async Task<string[]> EmbeddedAsync()
    {
        var rows = new List<string>();
        await foreach (TableEntity row in _azurite!.Tables.GetTableClient("Embeddings").QueryAsync<TableEntity>(
            cancellationToken: CancellationToken))
        {
            rows.Add($"{row.PartitionKey} {row["EmbeddedAt"]}");
        }

        return [.. rows.Order(StringComparer.Ordinal)];
    }
}
