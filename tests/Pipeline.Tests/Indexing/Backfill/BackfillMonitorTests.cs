using Azure;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Indexing.Backfill;
using static Pipeline.Tests.Indexing.Backfill.BackfillStorage;

namespace Pipeline.Tests.Indexing.Backfill;

/// <summary>What <c>/api/health</c> says about a backfill.</summary>
public class BackfillMonitorTests
{
    private readonly BackfillStorage _storage = new();
    private readonly RecordedLog<BackfillMonitor> _log = new();
    private readonly BackfillMonitor _monitor;

    public BackfillMonitorTests() => _monitor = new BackfillMonitor(_storage.Status, _storage.Time, _log);

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_backfill_there_is_nothing_to_say_and_nothing_to_warn_of()
    {
        Assert.Null(await _monitor.FindAsync(CancellationToken));
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public async Task While_messages_are_left_it_says_how_many_were_done_and_failed_how_fast_and_how_long_it_will_take()
    {
        for (int i = 0; i < 50; i++)
        {
            _storage.Images.Put($"{i}.jpg", "1");
        }

        await _storage.Run().RunAsync(Order(), null, CancellationToken);
        BackfillHealth start = (await _monitor.FindAsync(CancellationToken))!;
        IReadOnlyList<string> messages = _storage.Queue.TakeAll();
        foreach (string left in messages.Skip(60))
        {
            await _storage.Queue.SendMessageAsync(left, cancellationToken: CancellationToken);
        }

        _storage.PutFailure(Vgg16, "0.jpg", "\"1\"");
        BackfillHealth soon = (await _monitor.FindAsync(CancellationToken))!;
        _storage.Time.Advance(TimeSpan.FromSeconds(15));
        BackfillHealth later = (await _monitor.FindAsync(CancellationToken))!;
        _storage.Queue.TakeAll();
        _storage.Time.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal(new BackfillHealth(_storage.Time.Start, 100, 0, 0, 100, null, null), start);
        Assert.Equal(start, soon);
        Assert.Equal(new BackfillHealth(_storage.Time.Start, 100, 59, 1, 40, 2, 10), later);
        Assert.Null(await _monitor.FindAsync(CancellationToken));
    }

    [Fact]
    public async Task Storage_that_does_not_answer_is_no_error_of_health()
    {
        _storage.State.IsThere = true;
        _storage.State.Blob("backfill.json").BeforeRead = () => throw new RequestFailedException(403, "No.", "AuthorizationFailure", null);

        Assert.Null(await _monitor.FindAsync(CancellationToken));
        Assert.Single(_log.Entries);
    }

    [Fact]
    public void A_rate_forgets_what_is_long_ago_and_begins_anew_with_another_backfill()
    {
        var time = new FakeTimeProvider();
        var rate = new BackfillRate(TimeSpan.FromSeconds(60), time);
        double? Add(int seconds, int processed)
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            return rate.Add(processed);
        }

        Assert.Null(Add(0, 0));
        Assert.Equal(10, Add(10, 100));
        Assert.Equal(1, Add(60, 160));
        Assert.Equal(0, Add(61, 160));
        Assert.Null(Add(10, 5));
        Assert.Equal(2, Add(10, 25));
    }
}
