using System.Net;
using System.Net.Http.Json;
using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Saved;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.IntegrationTests.Indexing;

/// <summary>What a saved index is good for: an instance that starts reads blobs of storage instead of the table.</summary>
public sealed class SavedIndexTests(SeededModels models) : IAsyncLifetime
{
    private const int Images = IndexChanges.DefaultCodedFrom + 50;

    private IndexerHost? _host;

    private IndexerHost Host => _host!;

    private InstalledModel Model => Host.Model;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await IndexerHost.StartAsync(models);
        await Parallel.ForAsync(0, Images, CancellationToken, async (i, stop) => await WriteAsync($"{i}.jpg", i, stop));
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Fact]
    public async Task An_instance_that_starts_reads_the_saved_index_and_only_the_rows_that_came_after_it()
    {
        Assert.True(await Host.Get<IndexSaving>().RunAsync(Model, CancellationToken));
        Assert.False(await Host.Get<IndexSaving>().RunAsync(Model, CancellationToken));
        await WriteAsync("later.jpg", Images, CancellationToken);
        await Host.Get<ChangeLog>().AppendAsync(Model, IndexerHost.Id("later.jpg").Key, "\"1\"", CancellationToken);
        int sent = Host.Requests.Sent.Count;

        SimilaritySearch started = NewInstance();
        EmbeddingRecord? stored = await started.FindAsync(Model, IndexerHost.Id("7.jpg"), CancellationToken);
        SimilarityResult found = await started.FindSimilarAsync(
            [new ModelEmbedding(Model, stored!.Embedding)], [Model], 10, -1, SearchFilter.None, CancellationToken);

        Assert.Equal(Vector(7), stored.Embedding.Values.ToArray());
        Assert.Equal("7.jpg", found.ByModel[0].Matches[0].Image.Id.Name);
        Assert.Equal(Images + 1, found.ByModel[0].Images);
        Assert.NotNull(await started.FindAsync(Model, IndexerHost.Id("later.jpg"), CancellationToken));
        string[] calls = [.. Host.Requests.Sent.Skip(sent).Where(call => call.Contains("/Embeddings(", StringComparison.Ordinal))];
        Assert.Single(calls);
    }

    [Fact]
    public async Task Files_that_are_deleted_while_they_are_read_cost_a_reading_of_the_table_and_no_response()
    {
        await Host.Get<IndexSaving>().RunAsync(Model, CancellationToken);
        SimilaritySearch started = NewInstance();

        // Queries fetch their vectors only now, and the files are gone.
        Host.Requests.Before = call => call.StartsWith("GET", StringComparison.Ordinal)
            && call.Contains(".vectors", StringComparison.Ordinal)
            ? Host.Get<IndexBlobs>().DeleteAllAsync(ModelVersion.Of(Model), CancellationToken)
            : Task.CompletedTask;
        SimilarityResult found = await started.FindSimilarAsync(
            [new ModelEmbedding(Model, new Embedding(Vector(7), 1))], [Model], 10, -1, SearchFilter.None, CancellationToken);

        Assert.Equal("7.jpg", found.ByModel[0].Matches[0].Image.Id.Name);
        Assert.Equal(Images, found.ByModel[0].Images);
    }

    [Fact]
    public async Task The_app_saves_its_index_by_a_timer_and_begins_with_it_after_a_restart()
    {
        await using (FunctionApp app = await FunctionApp.StartWithoutEventsAsync(Host.Azurite, models))
        {
            var save = new Uri(app.Client.BaseAddress!, "/admin/functions/SaveIndexes");
            using HttpResponseMessage accepted = await app.Client.PostAsJsonAsync(save, new { input = "" }, CancellationToken);
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            await app.Process.WaitUntilAsync(
                () => Task.FromResult(app.Process.Output.Contains("was saved", StringComparison.Ordinal)), "the index to be saved");
        }

        await using FunctionApp restarted = await FunctionApp.StartWithoutEventsAsync(Host.Azurite, models);
        JsonNode found = await restarted.GetAsync("similar/7.jpg?includeSelf=true&top=1&model=resnet50");

        Assert.Equal("7.jpg", found["models"]!["resnet50"]!["results"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(Images, found["models"]!["resnet50"]!["images"]!.GetValue<int>());
        Assert.Contains("The saved index of resnet50", restarted.Process.Output, StringComparison.Ordinal);
    }

    private SimilaritySearch NewInstance() => new(model => new SimilarityIndex(
        model, Host.Table, Host.Get<ChangeLog>(), new SearchOptions(), Host.Time, NullLogger<SimilarityIndex>.Instance)
    {
        Saved = Host.Get<SavedIndexReader>(),
    });

    private async Task WriteAsync(string name, int number, CancellationToken cancellationToken)
    {
        ImageId id = IndexerHost.Id(name);
        var record = new EmbeddingRecord(id, "\"1\"", id.Key, 1, 1, DateTimeOffset.UnixEpoch, new Embedding(Vector(number), 1));
        Assert.True(await Host.Table.TryWriteAsync(Model, record, null, cancellationToken));
    }

    private float[] Vector(int seed)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, Model.Definition.EmbeddingLength).Select(_ => random.NextSingle())];
        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        return values;
    }
}
