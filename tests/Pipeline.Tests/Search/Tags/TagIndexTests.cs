using Microsoft.Extensions.Time.Testing;
using Pipeline.Search;
using Pipeline.Search.Tags;
using Pipeline.Storage;
using Pipeline.Storage.Tags;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Search.Tags;

public class TagIndexTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
    private readonly InMemoryTables _tables = new();
    private readonly RecordedLog<TagIndex> _logger = new();
    private readonly TagTable _table;
    private readonly TagIndex _index;

    public TagIndexTests()
    {
        var log = new ChangeLog(new PipelineTables(_tables), _time);
        _table = new TagTable(new PipelineTables(_tables), log);
        _index = new TagIndex(_table, log, _time, _logger);
    }

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_is_seen_once_an_answer_may_no_longer_rest_on_an_earlier_look()
    {
        await SetAsync("a.jpg", "x");
        Assert.Equal(["x"], await KnownAsync("a.jpg"));

        await SetAsync("a.jpg", "x", "y");
        await SetAsync("b.jpg", "z");
        Assert.Equal(["x"], (await _index.GetAsync(CancellationToken)).TagsOf(Key("a.jpg")));

        Assert.Equal(["x", "y"], await KnownAsync("a.jpg"));
        await SetAsync("b.jpg");
        Assert.Empty(await KnownAsync("b.jpg"));
    }

    [Fact]
    public async Task What_was_read_costs_one_query_until_something_changes()
    {
        await SetAsync("a.jpg", "x");
        await KnownAsync("a.jpg");
        var calls = new List<string>();
        _tables.Tags.Before = _tables.Changes.Before = call =>
        {
            calls.Add(call);
            return Task.CompletedTask;
        };

        await KnownAsync("a.jpg");

        Assert.Equal(["query tags"], calls);
    }

    [Fact]
    public async Task A_change_without_its_entry_heals_and_is_reported()
    {
        await SetAsync("a.jpg", "x");
        await SetAsync("b.jpg", "x");
        await KnownAsync("a.jpg");
        _tables.Tags.Remove(row => row.RowKey == Key("b.jpg"));
        await _table.ChangeAsync(Id("c.jpg"), row => row with { Tags = ["y"] }, CancellationToken);
        _tables.Changes.Remove(row => row.GetString("Key") == Key("c.jpg"));

        for (int i = 0; i < 2 * PartitionKeys.Buckets; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(40));
            await _index.GetAsync(CancellationToken);
        }

        Assert.Empty(await KnownAsync("b.jpg"));
        Assert.Equal(["y"], await KnownAsync("c.jpg"));
        Assert.Equal(["x"], await KnownAsync("a.jpg"));
        Assert.Contains(_logger.Entries, entry => entry.Message.Contains("differed from the table", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_storage_error_is_thrown_and_the_next_query_tries_again()
    {
        await SetAsync("a.jpg", "x");
        _tables.Tags.Before = _ => throw new Azure.RequestFailedException(503, "busy");
        await Assert.ThrowsAsync<Azure.RequestFailedException>(() => _index.GetAsync(CancellationToken).AsTask());
        _tables.Tags.Before = _ => Task.CompletedTask;

        Assert.Equal(["x"], await KnownAsync("a.jpg"));
    }

    [Fact]
    public async Task Who_was_away_for_longer_than_the_log_reaches_reads_all()
    {
        await SetAsync("a.jpg", "x");
        await KnownAsync("a.jpg");
        await SetAsync("b.jpg", "y");
        _tables.Changes.Remove(_ => true);
        _time.Advance(ChangeLog.Reach + TimeSpan.FromSeconds(1));

        Assert.Equal(["y"], await KnownAsync("b.jpg"));
    }

    private static ImageId Id(string name) => new(ImagesContainer.DefaultName, name);

    private static string Key(string name) => Id(name).Key;

    private Task<TaggedImage> SetAsync(string name, params string[] tags) =>
        _table.ChangeAsync(Id(name), row => row with { Tags = tags }, CancellationToken);

    private async Task<IReadOnlyList<string>> KnownAsync(string name)
    {
        _time.Advance(SimilarityIndex.MaxAge + TimeSpan.FromMilliseconds(1));
        return (await _index.GetAsync(CancellationToken)).TagsOf(Key(name));
    }
}
