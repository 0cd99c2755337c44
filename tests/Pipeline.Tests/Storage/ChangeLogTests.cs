using Microsoft.Extensions.Time.Testing;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Tests.Search;
using static Pipeline.Tests.Search.IndexedStorage;

namespace Pipeline.Tests.Storage;

public class ChangeLogTests
{
    private static readonly string A = Id("a.jpg").Key;
    private static readonly string B = Id("b.jpg").Key;

    private readonly InMemoryTables _tables = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_is_given_each_entry_once()
    {
        ChangeLog log = Log();
        LogPosition start = await log.FindEndAsync(Model, CancellationToken);
        await log.AppendAsync(Model, A, "1", CancellationToken);
        await log.AppendAsync(Model, B, null, CancellationToken);

        LoggedChanges first = await log.ReadAsync(Model, start, CancellationToken);
        LoggedChanges second = await log.ReadAsync(Model, first.Position, CancellationToken);
        await log.AppendAsync(Model, A, "1", CancellationToken);
        LoggedChanges third = await log.ReadAsync(Model, second.Position, CancellationToken);

        Assert.Equal(new[] { A, B }.Order(StringComparer.Ordinal), first.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(second.Keys);
        Assert.Equal([A], third.Keys);
    }

    [Fact]
    public async Task The_end_of_the_log_lies_after_all_its_entries()
    {
        ChangeLog log = Log();
        await log.AppendAsync(Model, A, "1", CancellationToken);
        _time.Advance(TimeSpan.FromHours(1));
        await log.AppendAsync(Model, B, "1", CancellationToken);

        LogPosition end = await log.FindEndAsync(Model, CancellationToken);

        Assert.Empty((await log.ReadAsync(Model, end, CancellationToken)).Keys);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(48)]
    public async Task What_the_readers_clock_says_hides_no_entry(int hoursOff)
    {
        ChangeLog reader = Log(TimeSpan.FromHours(hoursOff));
        ChangeLog writer = Log();
        await writer.AppendAsync(Model, A, "1", CancellationToken);
        LogPosition position = await reader.FindEndAsync(Model, CancellationToken);
        _time.Advance(TimeSpan.FromMinutes(10));

        await writer.AppendAsync(Model, B, "1", CancellationToken);

        LoggedChanges read = await reader.ReadAsync(Model, position, CancellationToken);
        Assert.Contains(B, read.Keys);
        Assert.Empty((await reader.ReadAsync(Model, read.Position, CancellationToken)).Keys);
    }

    [Fact]
    public async Task A_writer_whose_clock_is_a_day_ahead_does_not_hide_what_others_write()
    {
        ChangeLog log = Log();
        await Log(TimeSpan.FromDays(1)).AppendAsync(Model, A, "1", CancellationToken);
        LogPosition position = await log.FindEndAsync(Model, CancellationToken);

        await log.AppendAsync(Model, B, "1", CancellationToken);

        LoggedChanges read = await log.ReadAsync(Model, position, CancellationToken);
        Assert.Equal([B], read.Keys);
        Assert.Empty((await log.ReadAsync(Model, read.Position, CancellationToken)).Keys);
    }

    [Theory]
    [InlineData(4.9, true)]
    [InlineData(5.1, false)]
    public async Task An_entry_may_be_late_by_as_much_as_the_overlap(double minutes, bool read)
    {
        ChangeLog log = Log();
        await log.AppendAsync(Model, A, "1", CancellationToken);
        LogPosition position = await log.FindEndAsync(Model, CancellationToken);

        await Log(TimeSpan.FromMinutes(-minutes)).AppendAsync(Model, B, "1", CancellationToken);

        Assert.Equal(read, (await log.ReadAsync(Model, position, CancellationToken)).Keys.Contains(B));
    }

    [Fact]
    public async Task A_position_outlasts_a_time_without_entries()
    {
        ChangeLog log = Log();
        await log.AppendAsync(Model, A, "1", CancellationToken);
        LogPosition position = await log.FindEndAsync(Model, CancellationToken);
        _time.Advance(TimeSpan.FromDays(3));
        await log.TrimAsync(Model, CancellationToken);

        await log.AppendAsync(Model, B, "1", CancellationToken);

        Assert.Equal([B], (await log.ReadAsync(Model, position, CancellationToken)).Keys);
    }

    [Fact]
    public async Task Trimming_takes_what_is_older_than_a_day_however_much_it_is_and_nothing_else()
    {
        ChangeLog log = Log();
        for (int i = 0; i < 250; i++)
        {
            await log.AppendAsync(Model, A, "1", CancellationToken);
        }

        _time.Advance(TimeSpan.FromHours(1));
        await log.AppendAsync(Model, B, "1", CancellationToken);
        await log.AppendAsync(Model with { Fingerprint = new Pipeline.Models.Fingerprint("ba9876543210") }, A, "1", CancellationToken);
        _time.Advance(TimeSpan.FromHours(23.5));

        Assert.Equal(250, await log.TrimAsync(Model, CancellationToken));
        Assert.Equal(2, _tables.Changes.Rows.Count);
        Assert.Equal(0, await log.TrimAsync(Model, CancellationToken));
    }

    [Fact]
    public async Task A_reader_in_reach_loses_nothing_to_one_who_trims_by_a_clock_that_is_hours_ahead()
    {
        ChangeLog log = Log();
        LogPosition position = await log.FindEndAsync(Model, CancellationToken);
        await log.AppendAsync(Model, A, "1", CancellationToken);
        _time.Advance(ChangeLog.Reach);

        await Log(TimeSpan.FromHours(11)).TrimAsync(Model, CancellationToken);

        Assert.Equal([A], (await log.ReadAsync(Model, position, CancellationToken)).Keys);
    }

    private ChangeLog Log(TimeSpan off = default) => new(new PipelineTables(_tables), new SteppingClock(_time) { Off = off });
}
