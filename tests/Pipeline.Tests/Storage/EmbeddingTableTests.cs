using Azure;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Tests.Search;
using static Pipeline.Tests.Search.IndexedStorage;

namespace Pipeline.Tests.Storage;

public class EmbeddingTableTests
{
    private readonly IndexedStorage _storage = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    private static ModelVersion Version => ModelVersion.Of(Model);

    private static EmbeddingRecord Record =>
        new(Id("a.jpg"), "1", HashOf("a.jpg", "1"), 1, 1, DateTimeOffset.UnixEpoch, new Embedding(new float[] { 1, 0, 0, 0 }, 1));

    [Theory]
    [InlineData(409, "EntityAlreadyExists", true)]
    [InlineData(412, "UpdateConditionNotSatisfied", true)]
    [InlineData(404, "ResourceNotFound", true)]
    [InlineData(404, "EntityNotFound", true)]
    [InlineData(404, "TableNotFound", false)]
    [InlineData(409, "TableBeingDeleted", false)]
    [InlineData(409, "AccountBeingCreated", false)]
    [InlineData(412, null, false)]
    public async Task Only_what_another_writer_did_to_the_row_is_a_lost_race(int status, string? code, bool lost)
    {
        _storage.Tables.Embeddings.Before = _ => throw new RequestFailedException(status, "No.", code, null);

        foreach (Func<Task<bool>> attempt in new Func<Task<bool>>[]
        {
            () => _storage.Table.TryWriteAsync(Model, Record, null, CancellationToken),
            () => _storage.Table.TryWriteAsync(Model, Record, new RowVersion("1", "W/\"1\""), CancellationToken),
            () => _storage.Table.TryRemoveAsync(Model, Record.Id.Key, new RowVersion("1", "W/\"1\""), CancellationToken),
        })
        {
            if (lost)
            {
                Assert.False(await attempt());
            }
            else
            {
                Assert.Equal(code, (await Assert.ThrowsAsync<RequestFailedException>(attempt)).ErrorCode);
            }
        }
    }

    [Fact]
    public async Task A_table_that_was_deleted_fails_one_call_and_is_made_again_by_the_next()
    {
        Assert.True(await _storage.Table.TryWriteAsync(Model, Record, null, CancellationToken));
        _storage.Tables.Embeddings.Drop();

        RequestFailedException missing = await Assert.ThrowsAsync<RequestFailedException>(
            () => _storage.Table.TryWriteAsync(Model, Record, null, CancellationToken));

        Assert.Equal("TableNotFound", missing.ErrorCode);
        Assert.True(await _storage.Table.TryWriteAsync(Model, Record, null, CancellationToken));
    }

    [Fact]
    public async Task Removing_a_row_that_is_gone_already_is_no_lost_race()
    {
        Assert.True(await _storage.Table.TryWriteAsync(Model, Record, null, CancellationToken));
        RowVersion version = (await _storage.Table.FindVersionAsync(Model, Record.Id, CancellationToken))!;

        Assert.True(await _storage.Table.TryRemoveAsync(Model, Record.Id.Key, version, CancellationToken));
        Assert.True(await _storage.Table.TryRemoveAsync(Model, Record.Id.Key, version, CancellationToken));
    }

    [Fact]
    public async Task Rows_are_listed_in_the_order_of_their_keys_and_say_which_image_they_are_of()
    {
        for (int i = 0; i < 40; i++)
        {
            await _storage.WriteAsync($"{i}.jpg", $"{i}");
        }

        List<ListedRow> listed = await _storage.Table.ListAsync(Version, KeyRange.All, CancellationToken).ToListAsync(CancellationToken);
        var half = new KeyRange(listed[9].Key, listed[19].Key);

        Assert.Equal(Enumerable.Range(0, 40).Select(i => Id($"{i}.jpg").Key).Order(StringComparer.Ordinal), listed.Select(row => row.Key));
        Assert.All(listed, row => Assert.True(row.TryGetId(out ImageId? id) && id.Name == $"{row.ImageETag}.jpg"));
        Assert.Equal(
            listed[10..20].Select(row => row.Key),
            await _storage.Table.ListAsync(Version, half, CancellationToken).Select(row => row.Key).ToListAsync(CancellationToken));
    }

    [Fact]
    public async Task Rows_that_name_no_image_are_listed_without_one()
    {
        await _storage.WriteAsync("a.jpg", "1");
        _storage.PutBroken("b.jpg", row => row.Remove("Name"));
        _storage.PutBroken("c.jpg", row => row["Name"] = 7);
        _storage.PutBroken("d.jpg", row => row["Name"] = "a.jpg");
        _storage.PutBroken("e.jpg", row => row.RowKey = "zz");

        List<ListedRow> listed = await _storage.Table.ListAsync(Version, KeyRange.All, CancellationToken).ToListAsync(CancellationToken);

        Assert.Equal(4, listed.Count);
        Assert.Equal(Id("a.jpg").Key, Assert.Single(listed, row => row.TryGetId(out _)).Key);
    }

    [Fact]
    public async Task Who_may_only_read_lists_no_rows_of_a_table_that_is_missing()
    {
        Assert.Empty(await _storage.Table.ListAsync(Version, KeyRange.All, CancellationToken).ToListAsync(CancellationToken));
        await Assert.ThrowsAsync<RequestFailedException>(async () => await _storage.Tables.Embeddings
            .QueryAsync<Azure.Data.Tables.TableEntity>("PartitionKey eq 'a'", cancellationToken: CancellationToken)
            .ToListAsync(CancellationToken));
    }

    [Fact]
    public async Task A_row_without_a_version_is_one_that_any_version_replaces()
    {
        _storage.PutBroken("a.jpg", row => row.Remove("ImageETag"));

        RowVersion version = (await _storage.Table.FindVersionAsync(Model, Id("a.jpg"), CancellationToken))!;

        Assert.Null(version.ImageETag);
        Assert.True(await _storage.Table.TryWriteAsync(Model, Record, version, CancellationToken));
        Assert.Equal("1", (await _storage.Table.FindAsync(Model, Record.Id.Key, CancellationToken))?.ImageETag);
    }
}
