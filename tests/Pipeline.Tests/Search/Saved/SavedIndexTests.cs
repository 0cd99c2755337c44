using Azure;
using Azure.Storage.Blobs.Specialized;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Saved;
using Pipeline.Search.Segments;
using Pipeline.Storage;
using Pipeline.Tests.Storage;
using static Pipeline.Tests.Search.IndexedStorage;

namespace Pipeline.Tests.Search.Saved;

/// <summary>What is saved of an index, what a new instance makes of it, and what becomes of it where it is damaged.</summary>
public class SavedIndexTests
{
    private const int Images = 70;

    private readonly IndexedStorage _storage = new(codedFrom: 1);

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    private static string Folder => $"indexes/{ModelVersion.Of(Model)}/";

    [Fact]
    public async Task A_new_instance_begins_with_the_saved_index_and_reads_what_came_after_it()
    {
        await FillAsync();
        Assert.True(await _storage.SaveAsync());
        await _storage.WriteAsync("0.jpg", "2");
        await _storage.WriteAsync("new.jpg", "1");
        _storage.RemoveRow("1.jpg");
        await _storage.Log.AppendAsync(Model, Id("1.jpg").Key, null, CancellationToken);

        _storage.Restart();
        IndexSnapshot begun = await _storage.RefreshAsync();

        Assert.NotNull(begun.SavedId);
        await AssertIsTableAsync();
        Assert.Equal("2", begun.Find(Id("0.jpg"))!.ImageETag);
        Assert.Null(begun.Find(Id("1.jpg")));
    }

    [Fact]
    public async Task A_saved_index_responds_as_the_one_it_was_made_of()
    {
        await FillAsync();
        await _storage.SaveAsync();
        float[] query = Vector(12345);
        Match[] before = await NearestAsync(query);

        _storage.Restart();
        Match[] after = await NearestAsync(query);

        Assert.NotNull((await _storage.RefreshAsync()).SavedId);
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task Fewer_images_than_have_codes_are_not_saved()
    {
        var storage = new IndexedStorage();
        await storage.WriteAsync("a.jpg", "1");

        Assert.False(await storage.SaveAsync());
    }

    [Fact]
    public async Task A_saving_writes_what_is_new_and_replaced_files_go_after_a_day()
    {
        await FillAsync();
        await _storage.SaveAsync();
        string[] first = SegmentFiles();
        await _storage.WriteAsync("new.jpg", "1");
        await _storage.WriteAsync("newer.jpg", "1");

        Assert.True(await _storage.SaveAsync());
        string[] second = SegmentFiles();
        Assert.Equal(2, second.Length);
        Assert.Contains(first.Single(), second);
        Assert.True(Length(second.Except(first).Single()) < Length(first.Single()) / 10);

        // What remains of a segment that is mostly gone is merged into another one.
        foreach (int i in Enumerable.Range(0, 60))
        {
            _storage.RemoveRow($"{i}.jpg");
            await _storage.Log.AppendAsync(Model, Id($"{i}.jpg").Key, null, CancellationToken);
        }

        Assert.True(await _storage.SaveAsync());
        string[] third = SegmentFiles();
        Assert.Contains(first.Single(), third);
        _storage.Time.Advance(SavedIndexWriter.Kept + TimeSpan.FromSeconds(1));
        await _storage.WriteAsync("newest.jpg", "1");
        Assert.True(await _storage.SaveAsync());
        Assert.DoesNotContain(first.Single(), SegmentFiles());
        _storage.Restart();
        await AssertIsTableAsync();
        Assert.NotNull((await _storage.RefreshAsync()).SavedId);
    }

    [Fact]
    public async Task Where_little_has_changed_nothing_is_saved_until_the_log_would_no_longer_reach()
    {
        await FillAsync(count: 250);
        Assert.True(await _storage.SaveAsync());
        await _storage.WriteAsync("new.jpg", "1");
        Assert.False(await _storage.SaveAsync());

        _storage.Time.Advance(IndexSaving.Due);
        Assert.True(await _storage.SaveAsync());
    }

    [Fact]
    public async Task A_saving_of_an_index_in_which_nothing_changes_stays_young()
    {
        await FillAsync();
        await _storage.SaveAsync();
        string[] files = SegmentFiles();
        for (int i = 0; i < 10; i++)
        {
            _storage.Time.Advance(IndexSaving.Due);
            _storage.Restart();
            Assert.False(await _storage.SaveAsync());
            Assert.Equal(0, _storage.Index.Count);
        }

        Assert.Equal(files, SegmentFiles());
        _storage.Restart();
        Assert.NotNull((await _storage.RefreshAsync()).SavedId);
        await AssertIsTableAsync();
    }

    [Fact]
    public async Task A_saving_that_is_older_than_the_log_is_compared_with_the_whole_table()
    {
        await FillAsync();
        await _storage.SaveAsync();
        await _storage.WriteAsync("0.jpg", "2");
        await _storage.WriteAsync("new.jpg", "1");
        _storage.RemoveRow("1.jpg");
        _storage.Time.Advance(ChangeLog.Retention * 3);
        await _storage.Log.TrimAsync(Model, CancellationToken);

        _storage.Restart();
        IndexSnapshot begun = await _storage.RefreshAsync();

        Assert.NotNull(begun.SavedId);
        await AssertIsTableAsync();
        Assert.Empty(_storage.Logger.Entries);
    }

    [Fact]
    public async Task Only_one_instance_saves_at_a_time()
    {
        await FillAsync();
        await _storage.SaveAsync();
        await FillAsync(count: 10, from: 1000);
        await _storage.State.Blob($"{Folder}manifest").GetBlobLeaseClient().AcquireAsync(
            TimeSpan.FromSeconds(60), cancellationToken: CancellationToken);

        Assert.False(await _storage.SaveAsync());
        _storage.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.True(await _storage.SaveAsync());
    }

    [Fact]
    public async Task Files_of_a_saving_that_was_interrupted_are_deleted_by_the_next()
    {
        await FillAsync();
        await _storage.SaveAsync();
        _storage.State.Blob($"{Folder}20260101000000-00.vectors").Write(new BinaryData("half"));
        await FillAsync(count: 10, from: 1000);

        Assert.True(await _storage.SaveAsync());

        Assert.DoesNotContain($"{Folder}20260101000000-00.vectors", _storage.State.Names);
    }

    [Theory]
    [InlineData("manifest")]
    [InlineData(".segment")]
    [InlineData(".vectors")]
    public async Task A_file_that_is_cut_anywhere_is_refused_and_nothing_is_missing(string file)
    {
        // Files of several kilobytes, the one of the vectors included.
        await FillAsync(count: 400);
        await _storage.SaveAsync();
        InMemoryBlob blob = _storage.State.Blob(_storage.State.Names.Single(name => name.EndsWith(file, StringComparison.Ordinal)));
        byte[] whole = blob.Content!.ToArray();
        int step = Math.Min(1024, whole.Length / 5);

        for (int length = 0; length < whole.Length; length += step)
        {
            blob.Write(new BinaryData(whole[..length]));
            await AssertRefusedAsync();
        }

        blob.Write(new BinaryData(whole[..^1]));
        await AssertRefusedAsync();
    }

    [Theory]
    [InlineData("manifest")]
    [InlineData(".segment")]
    [InlineData(".vectors")]
    public async Task A_file_in_which_a_bit_is_wrong_is_refused_and_nothing_is_missing(string file)
    {
        await FillAsync();
        await _storage.SaveAsync();
        InMemoryBlob blob = _storage.State.Blob(_storage.State.Names.Single(name => name.EndsWith(file, StringComparison.Ordinal)));
        byte[] whole = blob.Content!.ToArray();
        var random = new Random(1);

        for (int i = 0; i < 50; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            blob.Write(new BinaryData(damaged));
            await AssertRefusedAsync();
        }
    }

    [Fact]
    public async Task Files_that_are_gone_while_an_instance_reads_vectors_from_them_cost_a_reading_of_the_table()
    {
        await FillAsync();
        await _storage.SaveAsync();
        _storage.State.Blob(_storage.State.Names.Single(name => name.EndsWith(".vectors", StringComparison.Ordinal))).Content = null;
        _storage.Restart();

        await AssertRefusedAsync();
    }

    [Fact]
    public async Task Room_on_the_disk_is_given_back_by_an_index_that_is_refused_or_dropped()
    {
        await FillAsync();
        await _storage.SaveAsync();
        Assert.True(_storage.Room.TryTake(0));
        long before = _storage.Room.Left;

        _storage.Restart();
        IndexSnapshot begun = await _storage.RefreshAsync();
        long taken = before - _storage.Room.Left;
        _storage.Index.Refuse(begun);
        long refused = _storage.Room.Left;
        _storage.Restart();
        await _storage.RefreshAsync();
        _storage.Index.Drop();

        Assert.Equal(Images * Model.Definition.EmbeddingLength * sizeof(float), taken);
        Assert.Equal((before, before), (refused, _storage.Room.Left));
    }

    [Fact]
    public async Task Where_the_disk_has_no_room_the_vectors_stay_in_storage_and_are_read_from_there()
    {
        await FillAsync();
        await _storage.SaveAsync();
        Match[] before = await NearestAsync(Vector(12345));
        _storage.Room.TryTake(0);
        Assert.True(_storage.Room.TryTake(_storage.Room.Left));

        _storage.Restart();
        Match[] after = await NearestAsync(Vector(12345));

        Assert.Equal(before, after);
        await AssertIsTableAsync();
        IndexSnapshot begun = await _storage.RefreshAsync();
        Assert.NotNull(begun.SavedId);
        Assert.Equal(0, begun.Vectors.InFile);
    }

    [Fact]
    public async Task A_refused_saving_is_replaced_by_the_next()
    {
        await FillAsync();
        await _storage.SaveAsync();
        _storage.State.Blob($"{Folder}manifest").Write(new BinaryData("not what anybody wrote"));

        Assert.True(await _storage.SaveAsync());

        _storage.Restart();
        Assert.NotNull((await _storage.RefreshAsync()).SavedId);
        await AssertIsTableAsync();
    }

    [Fact]
    public async Task The_index_of_another_version_is_refused()
    {
        await FillAsync();
        await _storage.SaveAsync();
        InMemoryBlob manifest = _storage.State.Blob($"{Folder}manifest");
        SavedManifest foreign = SavedManifest.FromFile(manifest.Content)! with { Version = "vgg16-ba9876543210" };
        manifest.Write(foreign.ToFile());

        await AssertRefusedAsync();
        Assert.Contains(_storage.SavedLogger.Entries, entry => entry.Message.Contains("another version", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_index_of_the_format_before_is_refused_and_replaced()
    {
        await FillAsync();
        await _storage.SaveAsync();
        InMemoryBlob manifest = _storage.State.Blob($"{Folder}manifest");
        byte[] before = manifest.Content!.ToArray();
        "pipeline index 1\n"u8.CopyTo(before);
        manifest.Write(new BinaryData(before));

        await AssertRefusedAsync();
        Assert.True(await _storage.SaveAsync());
        _storage.Restart();
        Assert.NotNull((await _storage.RefreshAsync()).SavedId);
        await AssertIsTableAsync();
    }

    [Fact]
    public async Task A_file_of_several_parts_is_read_and_refused_where_a_bit_of_any_of_them_is_wrong()
    {
        // 130 bytes an image, 18 million: two whole parts and a shorter one.
        const int Many = 140_000;
        var changes = new IndexChanges(IndexSnapshot.Empty(new VectorStore(long.MaxValue / 2, Path.GetTempPath())), dimension: 4);
        for (int i = 0; i < Many; i++)
        {
            var embedding = new Embedding(Vector(i), 1);
            var record = new EmbeddingRecord(Id($"{i}.jpg"), "1", HashOf($"{i}.jpg", "1"), i, 2, _storage.Time.GetUtcNow(), embedding);
            changes.Put(record.Id.Key, record, null);
        }

        var blobs = new IndexBlobs(_storage.State);
        await using (RenewedLease lease = (await blobs.TryLeaseAsync(
            ModelVersion.Of(Model), SavedManifest.FileName, _storage.Time, CancellationToken))!)
        {
            await new SavedIndexWriter(blobs, _storage.Time, new RecordedLog<SavedIndexWriter>())
                .SaveAsync(Model, changes.ToSnapshot(0), null, lease.Id, CancellationToken);
        }

        InMemoryBlob file = _storage.State.Blob(_storage.State.Names.Single(name => name.EndsWith(".segment", StringComparison.Ordinal)));
        byte[] whole = file.Content!.ToArray();
        Assert.Equal(3, IndexBlobs.CountParts(whole.Length));
        IndexSnapshot read = (await ReadAsync())!.Content;
        Assert.Equal(Many, read.Count);
        for (int i = 0; i < Many; i += 997)
        {
            IndexedImage image = read.FindImage(Id($"{i}.jpg"))!;
            Assert.Equal((HashOf($"{i}.jpg", "1"), "1", i), (image.ContentHash, image.ImageETag, image.Width));
        }

        foreach (int place in (int[])[100, IndexBlobs.PartLength, (2 * IndexBlobs.PartLength) - 1, whole.Length - 1])
        {
            byte[] damaged = [.. whole];
            damaged[place] ^= 1;
            file.Write(new BinaryData(damaged));
            Assert.Null(await ReadAsync());
        }

        Task<SavedIndex?> ReadAsync() => new SavedIndexReader(blobs, _storage.Room, _storage.Time, _storage.SavedLogger)
            .TryReadAsync(Model, new VectorStore(0, Path.GetTempPath()), null, CancellationToken);
    }

    [Fact]
    public async Task Blobs_that_cannot_be_read_leave_the_table()
    {
        await FillAsync();
        await _storage.SaveAsync();
        _storage.State.Blob($"{Folder}manifest").BeforeRead =
            () => throw new RequestFailedException(403, "denied", "AuthorizationFailure", null);

        await AssertRefusedAsync();
    }

    private static float[] Vector(int seed)
    {
        var random = new Random(seed);
        double angle = random.NextDouble() * 2 * Math.PI;
        return [(float)Math.Cos(angle), (float)Math.Sin(angle), 0, 0];
    }

    private async Task FillAsync(int count = Images, int from = 0)
    {
        for (int i = from; i < from + count; i++)
        {
            await _storage.WriteRowAsync($"{i}.jpg", "1", Vector(i));
            await _storage.Log.AppendAsync(Model, Id($"{i}.jpg").Key, "1", CancellationToken);
        }
    }

    // A new instance finds the same as the table has, whatever was saved.
    private async Task AssertRefusedAsync()
    {
        _storage.Restart();
        await NearestAsync(Vector(12345));
        await AssertIsTableAsync();
        Assert.Null((await _storage.RefreshAsync()).SavedId);
    }

    private async Task AssertIsTableAsync()
    {
        await _storage.RefreshAsync();
        Assert.Equal(_storage.Tables.Embeddings.Rows.Count, _storage.Index.Count);
        foreach (string name in _storage.Tables.Embeddings.Rows.Select(row => row.GetString("Name")))
        {
            EmbeddingRecord? found = await _storage.Search.FindAsync(Model, Id(name), CancellationToken);
            EmbeddingRecord? stored = await _storage.Table.FindAsync(Model, Id(name).Key, CancellationToken);
            Assert.Equal(stored! with { Embedding = default }, found! with { Embedding = default });
            Assert.Equal(stored.Embedding.Values.ToArray(), found.Embedding.Values.ToArray());
        }
    }

    private async Task<Match[]> NearestAsync(float[] query)
    {
        SimilarityResult result = await _storage.Search.FindSimilarAsync(
            [new ModelEmbedding(Model, new Embedding(query, 1))], [Model], 10, -1, SearchFilter.None, CancellationToken);
        return [.. result.ByModel[0].Matches];
    }

    private string[] SegmentFiles() => [.. _storage.State.Names.Where(name => name.EndsWith(".segment", StringComparison.Ordinal))];

    private int Length(string file) => _storage.State.Blob(file).Content!.ToMemory().Length;
}
