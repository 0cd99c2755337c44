using System.Net;
using System.Text.Json.Nodes;
using Azure.Data.Tables.Models;
using Pipeline.IntegrationTests.Cli;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Postgres;

/// <summary>The real app with its embeddings in PostgreSQL, and the command that moves them there.</summary>
public sealed class DatabaseAppTests(SeededModels models, EmptyDatabase empty) : IAsyncLifetime
{
    private Azurite _azurite = null!;
    private PGlite _server = null!;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    private Dictionary<string, string> Settings => new()
    {
        ["Models__Folder"] = models.Folder, ["ImagesDatabase"] = _server.ConnectionString,
    };

    public async ValueTask InitializeAsync()
    {
        _azurite = await Azurite.StartNewAsync();
        _server = await empty.StartServerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _azurite.DisposeAsync();
    }

    [Fact]
    public async Task Images_are_indexed_and_found_in_the_database_and_an_outage_loses_nothing()
    {
        await using FunctionApp app = await FunctionApp.StartAsync(_azurite, Settings);
        await UploadAsync("a.bmp", 1);
        await UploadAsync("folder/b.bmp", 2);
        await app.WaitUntilIndexedAsync("a.bmp", "folder/b.bmp");

        JsonNode sent = await app.FindSimilarAsync(TestImages.Bitmap(1));
        JsonNode stored = await app.GetAsync("similar/a.bmp?prefix=folder/");
        JsonNode health = await app.GetAsync("health");
        Assert.Equal("a.bmp", sent["models"]!["vgg16"]!["results"]![0]!["name"]!.GetValue<string>());
        Assert.True(sent["models"]!["vgg16"]!["results"]![0]!["cosine"]!.GetValue<double>() > 0.99999);
        Assert.True(sent["models"]!["vgg16"]!["results"]![0]!["duplicate"]!.GetValue<bool>());
        Assert.Equal("a.bmp", sent["fused"]![0]!["name"]!.GetValue<string>());
        Assert.Equal("folder/b.bmp", Assert.Single(stored["models"]!["resnet50"]!["results"]!.AsArray())!["name"]!.GetValue<string>());
        Assert.Equal("ok", health["status"]!.GetValue<string>());
        List<TableItem> tables = await _azurite.Tables.QueryAsync(cancellationToken: CancellationToken).ToListAsync(CancellationToken);
        Assert.DoesNotContain(tables, table => table.Name == "Embeddings");

        await _server.StopAsync();
        await UploadAsync("while-away.bmp", 3);
        using (HttpResponseMessage similar = await app.PostAsync("similar", TestImages.Bitmap(1), "image/bmp"))
        using (HttpResponseMessage unwell = await app.Client.GetAsync("health", CancellationToken))
        {
            await FunctionApp.AssertProblemAsync(similar, HttpStatusCode.ServiceUnavailable, "storage-unavailable", "The database");
            Assert.Equal("5", similar.Headers.GetValues("Retry-After").Single());
            Assert.Equal(HttpStatusCode.ServiceUnavailable, unwell.StatusCode);
        }

        await _server.StartAsync();
        await app.WaitUntilIndexedAsync("while-away.bmp");
        Assert.Equal(3, (await app.FindSimilarAsync(TestImages.Bitmap(1)))["models"]!["vgg16"]!["results"]!.AsArray().Count);
        Assert.DoesNotContain("Password=unused", app.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_table_has_is_moved_into_the_database_and_searched_there()
    {
        await using (FunctionApp app = await FunctionApp.StartAsync(_azurite, models))
        {
            await UploadAsync("a.bmp", 1);
            await UploadAsync("b.bmp", 2);
            await app.WaitUntilIndexedAsync("a.bmp", "b.bmp");
        }

        (int before, string lacking) = await RunAsync("verify");
        (int filled, string filling) = await RunAsync("fill");
        (int again, string nothing) = await RunAsync("fill");
        await DeleteOneAsync();
        (int damaged, string damage) = await RunAsync("verify");
        (int mended, string mending) = await RunAsync("fill");

        Assert.True((before, filled, again, damaged, mended) == (1, 0, 0, 1, 0), $"{lacking}\n{filling}\n{nothing}\n{damage}\n{mending}");
        Assert.Contains("The database lacks something", lacking, StringComparison.Ordinal);
        Assert.Contains("2 rows, 2 copied.", filling, StringComparison.Ordinal);
        Assert.Contains("2 rows, 0 copied.", nothing, StringComparison.Ordinal);
        Assert.Contains("2 rows, 1 copied.", mending, StringComparison.Ordinal);
        await using FunctionApp moved = await FunctionApp.StartAsync(_azurite, Settings);
        JsonNode found = await moved.FindSimilarAsync(TestImages.Bitmap(2));
        Assert.Equal("b.bmp", found["models"]!["vgg16"]!["results"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(2, found["models"]!["resnet50"]!["results"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_command_says_what_to_set_and_what_is_wrong_with_it()
    {
        string[] arguments = ["database", "verify", "--storage", _azurite.ConnectionString];
        (int unset, string missing) = await CommandProcess.RunAsync(new Dictionary<string, string> { ["ImagesDatabase"] = "" }, arguments);
        (int wrong, string malformed) = await CommandProcess.RunAsync(
            new Dictionary<string, string> { ["ImagesDatabase"] = "Host=x;Username=u;Password=abc;secret=1" }, arguments);

        Assert.Equal((1, 1), (unset, wrong));
        Assert.Contains("Set the environment variable ImagesDatabase", missing, StringComparison.Ordinal);
        Assert.Contains("no connection string for PostgreSQL", malformed, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", malformed, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> RunAsync(string what) => CommandProcess.RunAsync(
        new Dictionary<string, string> { ["ImagesDatabase"] = _server.ConnectionString },
        "database", what, "--storage", _azurite.ConnectionString);

    private async Task DeleteOneAsync() => await _server.ExecuteAsync(
        "DO $$ DECLARE t text; BEGIN FOR t IN SELECT 'embeddings_' || key || '_' || fingerprint FROM pipeline_models LOOP " +
        "EXECUTE 'DELETE FROM ' || t || ' WHERE name = ''a.bmp'''; END LOOP; END $$");

    private Task UploadAsync(string name, int number) => _azurite.Images.GetBlobClient(name).UploadAsync(
        BinaryData.FromBytes(TestImages.Bitmap(number)), overwrite: true, CancellationToken);
}
