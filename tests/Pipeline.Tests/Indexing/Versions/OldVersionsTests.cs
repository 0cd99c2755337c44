using Azure.Data.Tables;
using Pipeline.Indexing.Versions;
using Pipeline.Storage;
using Pipeline.Tests.Indexing.Backfill;
using static Pipeline.Tests.Indexing.Backfill.BackfillStorage;

namespace Pipeline.Tests.Indexing.Versions;

/// <summary>What becomes of the rows of a model that was replaced.</summary>
public class OldVersionsTests
{
    private static readonly ModelVersion Earlier = Vgg16 with { Fingerprint = "00000000000a" };

    private readonly BackfillStorage _storage = new();
    private readonly RunningModels _running;

    public OldVersionsTests() => _running = new RunningModels(_storage.State);

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_of_a_version_that_was_replaced_are_kept_for_a_week_and_then_deleted_from_all_tables()
    {
        Fill(Earlier, 30);
        Fill(Vgg16, 20);
        Fill(ResNet50, 10);
        await StartAsync(Earlier, ResNet50);
        _storage.Time.Advance(TimeSpan.FromDays(100));
        await RemoveAsync(Earlier, ResNet50);
        await StartAsync(Vgg16, ResNet50);

        _storage.Time.Advance(TimeSpan.FromDays(6.9));
        int soon = await RemoveAsync(Vgg16, ResNet50);
        _storage.Time.Advance(TimeSpan.FromDays(0.2));
        int later = await RemoveAsync(Vgg16, ResNet50);

        Assert.Equal((0, 32), (soon, later));
        Assert.Equal(30, _storage.Tables.Embeddings.Rows.Count);
        Assert.DoesNotContain(AllRows(), row => row.PartitionKey.StartsWith($"{Earlier}", StringComparison.Ordinal));
        Assert.Equal([Vgg16, ResNet50], await _running.FindAsync(CancellationToken));
    }

    [Fact]
    public async Task A_version_that_nobody_noted_is_kept_for_a_week_from_when_it_is_first_found()
    {
        Fill(Earlier, 3);

        int first = await RemoveAsync(Vgg16);
        _storage.Time.Advance(OldVersions.Grace);
        int second = await RemoveAsync(Vgg16);

        Assert.Equal((0, 5), (first, second));
    }

    [Fact]
    public async Task Who_goes_back_to_an_earlier_version_finds_its_rows_and_they_stay()
    {
        Fill(Earlier, 3);
        await StartAsync(Vgg16);
        await RemoveAsync(Vgg16);
        _storage.Time.Advance(TimeSpan.FromDays(6));
        await StartAsync(Earlier);
        _storage.Time.Advance(TimeSpan.FromDays(6));

        Assert.Equal(0, await RemoveAsync(Earlier));
        _storage.Time.Advance(TimeSpan.FromDays(600));
        Assert.Equal(0, await RemoveAsync(Earlier));
    }

    [Fact]
    public async Task A_night_deletes_no_more_than_so_many_rows_and_the_next_goes_on()
    {
        Fill(Earlier, 250);
        await RemoveAsync(Vgg16);
        _storage.Time.Advance(OldVersions.Grace);

        var nights = new List<int>();
        for (int night = 0; night < 4; night++)
        {
            nights.Add(await RemoveAsync(100, Vgg16));
        }

        Assert.Equal([100, 100, 52, 0], nights);
        Assert.Empty(AllRows());
    }

    [Fact]
    public async Task Rows_that_are_not_of_this_app_are_left_as_they_are()
    {
        Fill(Earlier, 1);
        _storage.Tables.Embeddings.Put(new TableEntity("a-note", "x"));
        _storage.Tables.Embeddings.Put(new TableEntity("zzz", "x"));
        await RemoveAsync(Vgg16);
        _storage.Time.Advance(OldVersions.Grace);

        Assert.Equal(3, await RemoveAsync(Vgg16));
        Assert.Equal(["a-note", "zzz"], AllRows().Select(row => row.PartitionKey));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("{}")]
    public async Task A_note_that_cannot_be_read_says_what_to_do(string content)
    {
        _storage.State.IsThere = true;
        _storage.State.Blob("models.json").Content = BinaryData.FromString(content);

        Assert.Contains(
            "Delete it and restart the app",
            (await Assert.ThrowsAsync<InvalidDataException>(() => _running.FindAsync(CancellationToken))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_instances_that_start_at_once_both_note_what_they_run()
    {
        bool first = true;
        await _running.UpdateAsync(
            note =>
            {
                if (first)
                {
                    first = false;
                    StartAsync(Earlier).GetAwaiter().GetResult();
                }

                return note.Started([Vgg16], [], _storage.Time.GetUtcNow());
            },
            CancellationToken);

        RunningNote written = await _running.UpdateAsync(note => note, CancellationToken);
        Assert.Equal([$"{Earlier}", $"{Vgg16}"], written.LastRan.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([Vgg16], written.Running);
    }

    private Task<RunningNote> StartAsync(params ModelVersion[] versions) =>
        _running.UpdateAsync(note => note.Started(versions, [], _storage.Time.GetUtcNow()), CancellationToken);

    private Task<int> RemoveAsync(params ModelVersion[] versions) => RemoveAsync(20_000, versions);

    private Task<int> RemoveAsync(int most, params ModelVersion[] versions) => new OldVersions(
        _running,
        new ModelRows(new PipelineTables(_storage.Tables), new EmbeddingTable(new PipelineTables(_storage.Tables))),
        new IndexBlobs(_storage.State),
        _storage.Time,
        new RecordedLog<OldVersions>())
    { MostRows = most }
        .RemoveAsync(versions, CancellationToken);

    // Rows of images, one failure and one entry of the log.
    private void Fill(ModelVersion version, int images)
    {
        for (int i = 0; i < images; i++)
        {
            _storage.PutRow(version, $"{i}.jpg", "\"1\"");
        }

        _storage.PutFailure(version, "x.jpg", "\"1\"");
        _storage.Tables.Changes.CreateIfNotExistsAsync();
        _storage.Tables.Changes.Put(new TableEntity($"{version}", "1"));
    }

    private IEnumerable<TableEntity> AllRows() =>
        [.. _storage.Tables.Embeddings.Rows, .. _storage.Tables.Failures.Rows, .. _storage.Tables.Changes.Rows];
}
