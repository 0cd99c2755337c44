using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Pipeline.Search;
using Pipeline.Storage;
using static Pipeline.Tests.Search.IndexedStorage;

namespace Pipeline.Tests.Search;

public partial class SimilarityIndexTests
{
    private readonly IndexedStorage _storage = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_late_entry_about_an_older_version_does_not_hide_the_newer_row()
    {
        await _storage.WriteAsync("a.jpg", "1");
        Assert.Equal("1", await _storage.KnownAsync("a.jpg"));

        await _storage.WriteAsync("a.jpg", "2");
        _storage.Time.Advance(TimeSpan.FromMilliseconds(1));
        await _storage.Log.AppendAsync(Model, Id("a.jpg").Key, "1", CancellationToken);

        Assert.Equal("2", await _storage.KnownAsync("a.jpg"));
    }

    [Fact]
    public async Task An_entry_of_a_writer_whose_clock_is_ahead_does_not_hide_what_others_write_after_it()
    {
        await _storage.WriteAsync("a.jpg", "1");
        Assert.Equal("1", await _storage.KnownAsync("a.jpg"));
        ChangeLog ahead = _storage.WriterLog(new SteppingClock(_storage.Time) { Off = TimeSpan.FromMinutes(2) });
        await ahead.AppendAsync(Model, Id("a.jpg").Key, "1", CancellationToken);

        await _storage.WriteAsync("a.jpg", "2");

        Assert.Equal("2", await _storage.KnownAsync("a.jpg"));
    }

    [Fact]
    public async Task A_clock_that_is_put_back_does_not_make_an_old_answer_young()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();
        await _storage.WriteAsync("b.jpg", "1");

        _storage.Reader.Off = TimeSpan.FromMinutes(-2);

        Assert.Equal("1", await _storage.KnownAsync("b.jpg"));
    }

    [Fact]
    public async Task What_is_written_while_all_clocks_are_two_minutes_behind_is_found()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();

        _storage.Reader.Off = TimeSpan.FromMinutes(-2);
        await _storage.WriteAsync("b.jpg", "1");
        _storage.Reader.Off = TimeSpan.Zero;

        Assert.Equal("1", await _storage.KnownAsync("b.jpg"));
    }

    [Fact]
    public async Task An_entry_that_arrives_minutes_after_its_time_is_read()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();
        _storage.Tables.Changes.Holds = true;
        await _storage.WriteAsync("late.jpg", "1");
        _storage.Tables.Changes.Holds = false;
        await _storage.RefreshAsync(TimeSpan.FromMinutes(4));
        await _storage.WriteAsync("b.jpg", "1");
        await _storage.RefreshAsync();

        _storage.Tables.Changes.Release();

        Assert.Equal("1", await _storage.KnownAsync("late.jpg"));
    }

    [Fact]
    public async Task A_row_that_was_removed_without_an_entry_is_forgotten_within_minutes()
    {
        await _storage.WriteAsync("a.jpg", "1");
        Assert.Equal("1", await _storage.KnownAsync("a.jpg"));

        _storage.RemoveRow("a.jpg");
        await _storage.CompareAllAsync();

        Assert.Null(await _storage.KnownAsync("a.jpg"));
    }

    [Fact]
    public async Task A_row_that_was_written_without_an_entry_is_found_within_minutes()
    {
        await _storage.WriteAsync("a.jpg", "1");
        Assert.Equal("1", await _storage.KnownAsync("a.jpg"));

        await _storage.WriteRowAsync("a.jpg", "2");
        await _storage.CompareAllAsync();

        Assert.Equal("2", await _storage.KnownAsync("a.jpg"));
    }

    [Fact]
    public async Task A_row_that_the_log_named_a_quarter_of_an_hour_too_late_is_found_all_the_same()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();
        ChangeLog behind = _storage.WriterLog(new SteppingClock(_storage.Time) { Off = TimeSpan.FromMinutes(-15) });
        await _storage.WriteAsync("b.jpg", "1", behind);
        Assert.Null(await _storage.KnownAsync("b.jpg"));

        await _storage.CompareAllAsync();

        Assert.Equal("1", await _storage.KnownAsync("b.jpg"));
    }

    [Fact]
    public async Task What_was_healed_is_counted_and_logged_and_what_the_log_named_is_not()
    {
        long counted = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Name: "pipeline.index.healed", Meter.Name: "Pipeline" })
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };

        // Other tests heal at the same time, in other contexts.
        var mine = new AsyncLocal<bool> { Value = true };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => counted += mine.Value ? value : 0);
        listener.Start();
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.WriteAsync("b.jpg", "1");
        await _storage.RefreshAsync();

        await _storage.WriteRowAsync("a.jpg", "2");
        _storage.RemoveRow("b.jpg");
        await _storage.WriteRowAsync("c.jpg", "1");
        for (int i = 0; i < 40; i++)
        {
            await _storage.WriteAsync($"{i}.jpg", "1");
            await _storage.RefreshAsync(TimeSpan.FromSeconds(15));
        }

        Assert.Equal(3, counted);
        Assert.Equal(
            3,
            _storage.Logger.Entries.Sum(entry => int.Parse(Rows().Match(entry.Message).Groups[1].Value, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_refresh_compares_at_most_four_buckets_and_all_of_them_within_ten_minutes()
    {
        var compared = new ConcurrentQueue<string>();
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();
        _storage.Tables.Embeddings.Before = call =>
        {
            compared.Enqueue(call);
            return Task.CompletedTask;
        };

        for (int i = 0; i < 16; i++)
        {
            int before = compared.Count;
            await _storage.RefreshAsync(TimeSpan.FromSeconds(37.5));
            Assert.Equal(1, compared.Count - before);
        }

        Assert.Equal(16, compared.Distinct().Count());
        await _storage.RefreshAsync(TimeSpan.FromHours(3));
        Assert.Equal(20, compared.Count);
        await _storage.RefreshAsync();
        Assert.Equal(20, compared.Count);
    }

    [Fact]
    public async Task Time_that_is_left_after_a_comparison_counts_for_the_next()
    {
        var compared = new ConcurrentBag<string>();
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();
        _storage.Tables.Embeddings.Before = call =>
        {
            compared.Add(call);
            return Task.CompletedTask;
        };

        await _storage.CompareAllAsync();

        Assert.Equal(16, compared.Count);
        Assert.Equal(16, compared.Distinct().Count());
    }

    [Fact]
    public async Task An_entry_is_acted_upon_once()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();
        await _storage.WriteAsync("b.jpg", "1");
        await _storage.RefreshAsync();
        int calls = 0;
        _storage.Tables.Embeddings.Before = _ =>
        {
            Interlocked.Increment(ref calls);
            return Task.CompletedTask;
        };

        await _storage.RefreshAsync();
        await _storage.RefreshAsync();

        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task What_is_written_and_removed_while_the_table_is_read_for_the_first_time_is_not_lost()
    {
        await _storage.WriteAsync("stays.jpg", "1");
        await _storage.WriteAsync("goes.jpg", "1");
        bool once = false;
        _storage.Tables.Embeddings.AfterQuery = async call =>
        {
            if (!once && call.EndsWith($"{EmbeddingTable.BucketOf(Id("goes.jpg").Key):x2}", StringComparison.Ordinal))
            {
                once = true;
                _storage.RemoveRow("goes.jpg");
                await _storage.Log.AppendAsync(Model, Id("goes.jpg").Key, null, CancellationToken);
                for (int i = 0; i < 50; i++)
                {
                    await _storage.WriteAsync($"{i}.jpg", "1");
                }
            }
        };

        await _storage.RefreshAsync();
        IndexSnapshot next = await _storage.RefreshAsync();

        Assert.True(once);
        Assert.Null(next.Find(Id("goes.jpg")));
        Assert.Equal(51, next.Count);
    }

    [Fact]
    public async Task The_first_entry_of_an_empty_log_is_read()
    {
        Assert.Equal(0, (await _storage.RefreshAsync()).Count);

        await _storage.WriteAsync("a.jpg", "1");

        Assert.Equal("1", await _storage.KnownAsync("a.jpg"));
    }

    [Fact]
    public async Task After_half_the_time_that_entries_are_kept_the_whole_table_is_read_whatever_the_wall_clock_says()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();
        await _storage.WriteAsync("b.jpg", "1");
        _storage.Tables.Changes.Remove(_ => true);
        _storage.Reader.Off = -ChangeLog.Reach;

        IndexSnapshot snapshot = await _storage.RefreshAsync(ChangeLog.Reach + TimeSpan.FromMinutes(1));

        Assert.Equal(2, snapshot.Count);
    }

    [Fact]
    public async Task The_age_is_that_of_the_time_that_passed()
    {
        Assert.Null(_storage.Index.Age);
        await _storage.RefreshAsync();
        _storage.Time.Advance(TimeSpan.FromSeconds(40));
        _storage.Reader.Off = TimeSpan.FromHours(-5);

        Assert.Equal(TimeSpan.FromSeconds(40), _storage.Index.Age);
        Assert.Equal(TimeSpan.FromSeconds(40), _storage.Index.Age);
    }

    [Fact]
    public async Task A_young_answer_stands_while_storage_is_away_and_an_old_one_does_not()
    {
        await _storage.WriteAsync("a.jpg", "1");
        IndexSnapshot known = await _storage.RefreshAsync();
        _storage.Tables.Changes.Before = _ => throw new IOException("Storage is away.");

        Assert.Same(known, await _storage.RefreshAsync(TimeSpan.FromSeconds(1)));
        await WaitForAsync(() => _storage.Logger.Entries.Count == 1);
        Assert.Same(known, await _storage.RefreshAsync(TimeSpan.FromSeconds(0.4)));
        await WaitForAsync(() => _storage.Logger.Entries.Count == 2);
        await Assert.ThrowsAsync<IOException>(() => _storage.RefreshAsync(TimeSpan.FromSeconds(1)));

        Assert.Equal(3, _storage.Logger.Entries.Count);
        Assert.All(
            _storage.Logger.Entries,
            entry => Assert.Equal((LogLevel.Warning, "Storage is away."), (entry.Level, entry.Exception!.Message)));
        _storage.Tables.Changes.Before = _ => Task.CompletedTask;
        Assert.Equal("1", await _storage.KnownAsync("a.jpg"));
    }

    [Fact]
    public async Task What_a_failed_refresh_had_read_of_the_log_is_read_again_by_the_next()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();
        await _storage.WriteAsync("a.jpg", "2");
        _storage.Tables.Embeddings.Before = _ => throw new IOException("Storage is away.");

        await Assert.ThrowsAsync<IOException>(_storage.RefreshAsync);
        _storage.Tables.Embeddings.Before = _ => Task.CompletedTask;

        Assert.Equal("2", await _storage.KnownAsync("a.jpg"));
    }

    [Fact]
    public async Task A_refresh_that_fails_while_nobody_waits_is_no_unobserved_exception()
    {
        string error = $"Storage is away: {Guid.NewGuid()}";
        bool unobserved = false;
        void Note(object? sender, UnobservedTaskExceptionEventArgs args) =>
            unobserved |= args.Exception.ToString().Contains(error, StringComparison.Ordinal);
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await FailInBackgroundAsync(error);
            for (int i = 0; i < 20 && !unobserved; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken);
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.False(unobserved);
    }

    public static TheoryData<string, Action<TableEntity>> Broken => new()
    {
        { "no vector", row => row.Remove("Vector") },
        { "no name", row => row.Remove("Name") },
        { "a vector of another length", row => row["Vector"] = new byte[8] },
        { "the name of another image", row => row["Name"] = "good.jpg" },
        { "a key that is no hash", row => row.RowKey = "left by hand" },
    };

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public async Task A_row_that_cannot_be_read_is_left_out_and_logged_once_and_counted(string what, Action<TableEntity> broken)
    {
        await _storage.WriteAsync("good.jpg", "1");
        _storage.PutBroken("bad.jpg", broken);

        IndexSnapshot first = await _storage.RefreshAsync();
        await _storage.CompareAllAsync();
        IndexSnapshot later = await _storage.RefreshAsync(ChangeLog.Reach * 2);

        Assert.Single(SegmentSearch.Search(first, new float[] { 1, 0, 0, 0 }, 5, SearchFilter.None).Nearest);
        Assert.Single(SegmentSearch.Search(later, new float[] { 1, 0, 0, 0 }, 5, SearchFilter.None).Nearest);
        Assert.Equal(1, _storage.Index.Skipped);
        (LogLevel level, string message, _) = Assert.Single(_storage.Logger.Entries);
        Assert.True(level == LogLevel.Warning && message.Contains("leaves a row out", StringComparison.Ordinal), $"{what}: {message}");
    }

    [Fact]
    public async Task A_row_that_is_broken_later_leaves_search_and_one_that_is_mended_comes_back()
    {
        await _storage.WriteAsync("a.jpg", "1");
        Assert.Equal("1", await _storage.KnownAsync("a.jpg"));

        _storage.PutBroken("a.jpg", row => row.Remove("Vector"));
        await _storage.Log.AppendAsync(Model, Id("a.jpg").Key, "1", CancellationToken);
        Assert.Null(await _storage.KnownAsync("a.jpg"));
        Assert.Equal(1, _storage.Index.Skipped);
        _storage.PutBroken("a.jpg", row => row.Remove("Norm"));
        await _storage.CompareAllAsync();
        Assert.Equal(1, _storage.Index.Skipped);
        _storage.PutBroken("a.jpg", _ => { });
        await _storage.CompareAllAsync();

        Assert.Equal("1", await _storage.KnownAsync("a.jpg"));
        Assert.Equal(0, _storage.Index.Skipped);
        Assert.Equal(2, _storage.Logger.Entries.Count(entry => entry.Message.Contains("leaves a row out", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Entries_that_nobody_here_appends_do_not_fail_a_query()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();
        string partition = _storage.Tables.Changes.Rows[0].PartitionKey;
        _storage.Tables.Changes.Put(new TableEntity(partition, "zzz") { ["Key"] = Id("a.jpg").Key });
        _storage.Tables.Changes.Put(new TableEntity(partition, "9999999999999999999-x") { ["Key"] = Id("a.jpg").Key });
        _storage.Tables.Changes.Put(new TableEntity(partition, $"{_storage.Time.GetUtcNow().UtcTicks:D19}-x"));
        _storage.Tables.Changes.Put(new TableEntity(partition, $"{_storage.Time.GetUtcNow().UtcTicks:D19}-y") { ["Key"] = "no hash" });
        await _storage.WriteAsync("b.jpg", "1");

        Assert.Equal("1", await _storage.KnownAsync("b.jpg"));
    }

    [Fact]
    public async Task A_table_that_is_deleted_while_the_app_searches_is_made_again_and_its_images_are_forgotten()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.RefreshAsync();
        _storage.Tables.Embeddings.Drop();
        _storage.Tables.Changes.Drop();

        await Assert.ThrowsAsync<RequestFailedException>(_storage.RefreshAsync);
        await _storage.RefreshAsync();
        await Assert.ThrowsAsync<RequestFailedException>(() => _storage.RefreshAsync(TimeSpan.FromMinutes(1)));
        await _storage.CompareAllAsync();

        Assert.Null(await _storage.KnownAsync("a.jpg"));
        await _storage.WriteAsync("b.jpg", "1");
        Assert.Equal("1", await _storage.KnownAsync("b.jpg"));
    }

    [GeneratedRegex(@"differed from the table in (\d+) rows")]
    private static partial Regex Rows();

    private static async Task WaitForAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), CancellationToken);
        }
    }

    // In a method of its own, so that nothing holds on to the failed task once it is over.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task FailInBackgroundAsync(string error)
    {
        var storage = new IndexedStorage();
        await storage.WriteAsync("a.jpg", "1");
        await storage.RefreshAsync();
        storage.Tables.Changes.Before = _ => throw new IOException(error);
        await storage.RefreshAsync(TimeSpan.FromSeconds(1));
        await WaitForAsync(() => storage.Logger.Entries.Count == 1);
    }
}
