using Azure.Storage.Blobs.Models;
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
    private readonly InMemoryState _state;
    private readonly Func<TagIndex> _newInstance;
    private TagIndex _index;

    public TagIndexTests()
    {
        var log = new ChangeLog(new PipelineTables(_tables), _time);
        _table = new TagTable(new PipelineTables(_tables), log);
        _state = new InMemoryState(_time);
        _newInstance = () => new TagIndex(_table, log, new IndexBlobs(_state), _time, _logger);
        _index = _newInstance();
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
    public async Task An_instance_sees_its_own_change_at_once()
    {
        await SetAsync("a.jpg", "x");
        await KnownAsync("a.jpg");
        await SetAsync("a.jpg", "y");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _index.NoteChange();
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["y"], (await _index.GetAsync(CancellationToken)).TagsOf(Key("a.jpg")));
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

    [Fact]
    public async Task A_new_instance_begins_with_what_was_saved_and_reads_what_came_after()
    {
        await FillAsync(2000);
        Assert.True(await _index.SaveAsync(CancellationToken));
        await SetAsync("0007.jpg", "later");
        int read = 0;
        _tables.Tags.Before = call =>
        {
            read += call.StartsWith("query", StringComparison.Ordinal) ? 1 : 0;
            return Task.CompletedTask;
        };
        _index = _newInstance();

        Assert.Equal(["later"], await KnownAsync("0007.jpg"));
        Assert.Equal(["even", "x"], await KnownAsync("0008.jpg"));
        Assert.Equal(["x"], await KnownAsync("1999.jpg"));
        Assert.Equal(0, read);
    }

    [Fact]
    public async Task Few_tags_are_not_saved()
    {
        await FillAsync(1999);

        Assert.False(await _index.SaveAsync(CancellationToken));
    }

    [Fact]
    public async Task A_saving_that_is_cut_or_damaged_anywhere_is_refused()
    {
        await FillAsync(2000);
        byte[] file = new SavedTags(await _index.GetAsync(CancellationToken), LogPosition.Start, 1).ToFile().ToArray();
        var random = new Random(3);

        Assert.NotNull(SavedTags.FromFile(file));
        Assert.All(Enumerable.Range(0, file.Length / 100), i => Assert.Null(SavedTags.FromFile(file.AsMemory(0, i * 100))));
        Assert.All(Enumerable.Range(0, 200), _ =>
        {
            byte[] damaged = [.. file];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Null(SavedTags.FromFile(damaged));
        });
    }

    [Fact]
    public async Task With_a_damaged_or_old_saving_the_table_is_read()
    {
        await FillAsync(2000);
        Assert.True(await _index.SaveAsync(CancellationToken));
        await SetAsync("0001.jpg", "later");
        _tables.Changes.Remove(_ => true);
        _time.Advance(ChangeLog.Reach + TimeSpan.FromMinutes(1));
        _index = _newInstance();
        Assert.Equal(["later"], await KnownAsync("0001.jpg"));

        await _state.GetBlobClient($"indexes/{SavedTags.Version}/{SavedTags.FileName}").UploadAsync(
            BinaryData.FromString("pipeline tags 1\nnothing"), new BlobUploadOptions(), CancellationToken);
        _index = _newInstance();
        Assert.Equal(["later"], await KnownAsync("0001.jpg"));
        Assert.Contains(_logger.Entries, entry => entry.Message.Contains("saved tags are damaged", StringComparison.Ordinal));
    }

    private async Task FillAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await SetAsync($"{i:d4}.jpg", i % 2 == 0 ? ["even", "x"] : ["x"]);
        }
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
