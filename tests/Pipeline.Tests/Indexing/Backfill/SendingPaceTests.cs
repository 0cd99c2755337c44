using Microsoft.Extensions.Time.Testing;
using Pipeline.Indexing.Backfill;
using static Pipeline.Tests.Indexing.Backfill.BackfillStorage;

namespace Pipeline.Tests.Indexing.Backfill;

public class SendingPaceTests
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_second_has_more_messages_than_the_rate()
    {
        var time = new FakeTimeProvider();
        var pace = new SendingPace(5, time);
        Task[] turns = [.. Enumerable.Range(0, 21).Select(_ => pace.WaitAsync(CancellationToken))];
        var done = new List<int>();
        for (int step = 0; step <= 20; step++)
        {
            done.Add(turns.Count(turn => turn.IsCompleted));
            time.Advance(TimeSpan.FromMilliseconds(200));
        }

        await Task.WhenAll(turns);
        Assert.Equal(Enumerable.Range(1, 21), done);
    }

    [Fact]
    public void Without_a_rate_nobody_waits() =>
        Assert.All(
            Enumerable.Repeat(new SendingPace(null, new FakeTimeProvider()), 1000),
            pace => Assert.True(pace.WaitAsync(CancellationToken).IsCompletedSuccessfully));

    [Fact]
    public async Task A_pause_gives_no_right_to_catch_up()
    {
        var time = new FakeTimeProvider();
        var pace = new SendingPace(1, time);
        await pace.WaitAsync(CancellationToken);
        time.Advance(TimeSpan.FromMinutes(1));

        await pace.WaitAsync(CancellationToken);

        Assert.False(pace.WaitAsync(CancellationToken).IsCompleted);
    }

    [Fact]
    public async Task A_backfill_keeps_its_rate()
    {
        var storage = new BackfillStorage();
        for (int i = 0; i < 10; i++)
        {
            storage.Images.Put($"{i}.jpg", "1");
        }

        Task<BackfillReport> run = storage.Run().RunAsync(Order(Scope(Vgg16), rate: 2), null, CancellationToken);
        while (!run.IsCompleted)
        {
            await Task.Delay(5, CancellationToken);
            double seconds = (storage.Time.GetUtcNow() - storage.Time.Start).TotalSeconds;
            Assert.InRange(storage.Queue.Messages.Count, 0, (2 * seconds) + 1);
            storage.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(10, (await run).State.Counts.Queued);
        Assert.InRange((storage.Time.GetUtcNow() - storage.Time.Start).TotalSeconds, 4.5, 60);
    }
}
