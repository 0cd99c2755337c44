using Azure;
using Azure.Data.Tables;
using Pipeline.Indexing;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Storage;

namespace Pipeline.IntegrationTests.Indexing;

/// <summary>The stored state and the search results after the indexer is interrupted or storage changes in between.</summary>
public sealed class InterruptedIndexingTests(SeededModels models) : IAsyncLifetime
{
    private IndexerHost? _host;

    private IndexerHost Host => _host!;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await IndexerHost.StartAsync(models);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Fact]
    public async Task A_removal_that_failed_before_its_entry_is_finished_by_the_next_attempt()
    {
        await IndexAndDeleteAsync("gone.bmp");
        Host.Requests.Once("POST", "Changes", () => throw new RequestFailedException(503, "Server busy."));

        await Assert.ThrowsAsync<RequestFailedException>(() => Host.IndexAsync("gone.bmp", CancellationToken));
        Assert.Null(await Host.RecordAsync("gone.bmp"));
        Assert.Equal(IndexOutcome.Removed, await Host.IndexAsync("gone.bmp", CancellationToken));

        Assert.Null(await Host.SearchAsync("gone.bmp"));
    }

    [Fact]
    public async Task A_removal_that_was_cancelled_before_its_entry_is_finished_by_the_next_attempt()
    {
        await IndexAndDeleteAsync("gone.bmp");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        Host.Requests.Once("POST", "Changes", stop.CancelAsync);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Host.RemoveIfGoneAsync("gone.bmp", stop.Token));
        Assert.Null(await Host.RecordAsync("gone.bmp"));
        Assert.True(await Host.RemoveIfGoneAsync("gone.bmp", CancellationToken));

        Assert.Null(await Host.SearchAsync("gone.bmp"));
    }

    [Fact]
    public async Task A_table_that_is_deleted_while_the_app_runs_fails_one_attempt_and_is_made_again_by_the_next()
    {
        await Host.UploadAsync("a.bmp", 1);
        await Host.IndexAsync("a.bmp", CancellationToken);
        await Host.Azurite.Tables.GetTableClient("Embeddings").DeleteAsync(CancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        limit.CancelAfter(Wait.Limit);

        RequestFailedException missing = await Assert.ThrowsAsync<RequestFailedException>(() => Host.IndexAsync("a.bmp", limit.Token));
        IndexOutcome outcome = await Host.IndexAsync("a.bmp", limit.Token);

        Assert.Equal("TableNotFound", missing.ErrorCode);
        Assert.Equal(IndexOutcome.Indexed, outcome);
        Assert.NotNull(await Host.RecordAsync("a.bmp"));
    }

    [Fact]
    public async Task An_image_that_is_deleted_before_its_record_is_written_leaves_none()
    {
        await Host.UploadAsync("ghost.bmp", 1);
        Host.Requests.Once("POST", "Embeddings", async () =>
        {
            await Host.DeleteAsync("ghost.bmp");
            Assert.True(await Host.RemoveIfGoneAsync("ghost.bmp", CancellationToken));
        });

        IndexOutcome outcome = await Host.IndexAsync("ghost.bmp", CancellationToken);

        Assert.Equal(IndexOutcome.Removed, outcome);
        Assert.Null(await Host.RecordAsync("ghost.bmp"));
        Assert.Null(await Host.SearchAsync("ghost.bmp"));
    }

    [Fact]
    public async Task An_image_that_changes_each_time_it_is_looked_at_is_an_error_in_the_end()
    {
        int version = 0;
        await Host.UploadAsync("restless.bmp", version);
        Host.Requests.Before = async call =>
        {
            // A row is written by POST where there was none, and by PUT over an older one.
            if (call.StartsWith('P') && call.Contains("/Embeddings", StringComparison.Ordinal))
            {
                await Host.UploadAsync("restless.bmp", ++version % 90);
            }
        };

        ImageContendedException contended = await Assert.ThrowsAsync<ImageContendedException>(
            () => Host.IndexAsync("restless.bmp", CancellationToken));
        Host.Requests.Before = _ => Task.CompletedTask;

        Assert.Equal(ImageIndexer.MaxTurns, version);
        Assert.Contains("images/restless.bmp", contended.Message, StringComparison.Ordinal);
        Assert.Equal(IndexOutcome.Indexed, await Host.IndexAsync("restless.bmp", CancellationToken));
    }

    [Fact]
    public async Task An_image_costs_five_calls_to_storage_and_an_event_that_comes_twice_three()
    {
        await Host.UploadAsync("first.bmp", 1);
        await Host.IndexAsync("first.bmp", CancellationToken);
        await Host.UploadAsync("second.bmp", 2);
        int before = Host.Requests.Sent.Count;

        await Host.IndexAsync("second.bmp", CancellationToken);
        int once = Host.Requests.Sent.Count;
        await Host.IndexAsync("second.bmp", CancellationToken);

        Assert.Equal((5, 3), (once - before, Host.Requests.Sent.Count - once));
    }

    [Fact]
    public async Task An_image_that_is_overwritten_before_its_record_is_written_ends_at_the_newer_version()
    {
        await Host.UploadAsync("moving.bmp", 1);
        Host.Requests.Once("POST", "Embeddings", () => Host.UploadAsync("moving.bmp", 2));

        Assert.Equal(IndexOutcome.Indexed, await Host.IndexAsync("moving.bmp", CancellationToken));

        Assert.Equal(await Host.ETagAsync("moving.bmp"), (await Host.RecordAsync("moving.bmp"))?.ImageETag);
        Assert.Equal(await Host.ETagAsync("moving.bmp"), (await Host.SearchAsync("moving.bmp"))?.ImageETag);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("damaged")]
    [InlineData("too many bytes")]
    public async Task An_image_that_is_overwritten_by_something_undecodable_is_not_found_any_more(string what)
    {
        await Host.UploadAsync($"{what}.bmp", 1);
        await Host.IndexAsync($"{what}.bmp", CancellationToken);
        Assert.NotNull(await Host.SearchAsync($"{what}.bmp"));

        await Host.UploadAsync($"{what}.bmp", what switch
        {
            "text" => BinaryData.FromString("text"),
            "damaged" => BinaryData.FromBytes(TestImages.Bitmap(1)[..100]),
            _ => BinaryData.FromBytes(new byte[21 << 20]),
        });
        await Assert.ThrowsAsync<ImageRejectedException>(() => Host.IndexAsync($"{what}.bmp", CancellationToken));

        Assert.Null(await Host.RecordAsync($"{what}.bmp"));
        Assert.Null(await Host.SearchAsync($"{what}.bmp"));
        Assert.NotNull(await Host.Get<FailureTable>().FindAsync(
            Host.Model, IndexerHost.Id($"{what}.bmp"), await Host.ETagAsync($"{what}.bmp"), CancellationToken));
    }

    [Theory]
    [InlineData("DELETE", "Embeddings")]
    [InlineData("POST", "Changes")]
    [InlineData("P", "Failures")]
    public async Task A_rejection_that_is_interrupted_is_finished_by_the_next_attempt(string method, string table)
    {
        await Host.UploadAsync("a.bmp", 1);
        await Host.IndexAsync("a.bmp", CancellationToken);
        Assert.NotNull(await Host.SearchAsync("a.bmp"));
        await Host.UploadAsync("a.bmp", BinaryData.FromString("text"));
        bool failed = false;
        Host.Requests.Before = call =>
        {
            if (!failed && call.StartsWith(method, StringComparison.Ordinal) && call.Contains($"/{table}", StringComparison.Ordinal))
            {
                failed = true;
                throw new RequestFailedException(503, "Server busy.");
            }

            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<RequestFailedException>(() => Host.IndexAsync("a.bmp", CancellationToken));
        await Assert.ThrowsAsync<ImageRejectedException>(() => Host.IndexAsync("a.bmp", CancellationToken));

        Assert.Null(await Host.SearchAsync("a.bmp"));
        Assert.NotNull(await Host.Get<FailureTable>().FindAsync(
            Host.Model, IndexerHost.Id("a.bmp"), await Host.ETagAsync("a.bmp"), CancellationToken));
    }

    private async Task IndexAndDeleteAsync(string name)
    {
        await Host.UploadAsync(name, 1);
        await Host.IndexAsync(name, CancellationToken);
        Assert.NotNull(await Host.SearchAsync(name));
        await Host.DeleteAsync(name);
    }
}
