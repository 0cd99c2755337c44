using CsCheck;
using Pipeline.Diagnostics;
using Pipeline.Search;
using Pipeline.Storage;
using static Pipeline.Tests.Search.IndexedStorage;

namespace Pipeline.Tests.Search;

/// <summary>However writers, their clocks, the log and the reader get in each other's way, the index ends where the table is.</summary>
public class SimilarityIndexPropertyTests
{
    private const int Writers = 3;
    private const int Images = 6;

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (8, Gen.Select(
            Gen.Int[0, Images - 1],
            Gen.Int[0, Writers - 1],
            Gen.Bool,
            Step (image, writer, late) => new Write(image, writer, late))),
        (4, Gen.Select(
            Gen.Int[0, Images - 1],
            Gen.Int[0, Writers - 1],
            Gen.Bool,
            Step (image, writer, late) => new Remove(image, writer, late))),
        (2, Gen.Select(Gen.Int[0, Images - 1], Gen.Int[0, Writers - 1], Step (image, writer) => new AppendAgain(image, writer))),
        (2, Gen.Const<Step>(new Arrive())),
        (3, Gen.Select(Gen.Int[0, Writers], Gen.Double[-1, 1], Step (clock, off) => new PutClock(clock, off))),
        (4, Gen.Double[0.001, 100].Select(Step (seconds) => new Wait(seconds))),
        (6, Gen.Const<Step>(new Refresh())),
        (1, Gen.Int[0, Writers - 1].Select(Step (writer) => new Trim(writer))),
        (2, Gen.Const<Step>(new Save())),
        (2, Gen.Const<Step>(new Restart())));

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    /// <summary>
    /// Two clocks differ by at most 3 minutes, and an entry is at most 100 seconds on its way: less than the overlap of 5 minutes together.
    /// </summary>
    [Fact]
    public Task While_clocks_and_delays_stay_within_the_overlap_the_log_alone_is_enough() => Steps.Array[1, 60].SampleAsync(
        async steps =>
        {
            var storage = new IndexedStorage(comparisonInterval: TimeSpan.FromDays(1000), codedFrom: 1);
            await RunAsync(storage, steps, clockRange: TimeSpan.FromMinutes(1.5), arriveBy: TimeSpan.FromSeconds(100));

            await AssertAgreesAsync(storage);
        },
        iter: 500);

    [Fact]
    public Task However_far_clocks_and_delays_go_the_comparison_heals_it() => Steps.Array[1, 60].SampleAsync(
        async steps =>
        {
            var storage = new IndexedStorage(codedFrom: 1);
            await RunAsync(storage, steps, clockRange: TimeSpan.FromMinutes(90), arriveBy: TimeSpan.MaxValue);

            await storage.CompareAllAsync();
            await AssertAgreesAsync(storage);
        },
        iter: 200);

    private static async Task RunAsync(IndexedStorage storage, Step[] steps, TimeSpan clockRange, TimeSpan arriveBy)
    {
        SteppingClock[] clocks = [.. Enumerable.Range(0, Writers).Select(_ => new SteppingClock(storage.Time))];
        ChangeLog[] logs = [.. clocks.Select(storage.WriterLog)];
        int version = 0;
        TimeSpan heldFor = TimeSpan.Zero;
        foreach (Step step in steps)
        {
            switch (step)
            {
                case Write(var image, var writer, var late):
                    storage.Tables.Changes.Holds = late;
                    await storage.WriteAsync($"{image}.jpg", $"{++version}", logs[writer]);
                    storage.Tables.Changes.Holds = false;
                    break;
                case Remove(var image, var writer, var late):
                    storage.Tables.Changes.Holds = late;
                    storage.RemoveRow($"{image}.jpg");
                    await logs[writer].AppendAsync(Model, Id($"{image}.jpg").Key, null, CancellationToken);
                    storage.Tables.Changes.Holds = false;
                    break;
                case AppendAgain(var image, var writer):
                    await logs[writer].AppendAsync(Model, Id($"{image}.jpg").Key, "0", CancellationToken);
                    break;
                case PutClock(var clock, var off):
                    (clock == Writers ? storage.Reader : clocks[clock]).Off = clockRange * off;
                    break;
                case Wait(var seconds):
                    // What is on its way may not be held up for longer than that.
                    heldFor += TimeSpan.FromSeconds(seconds);
                    if (heldFor > arriveBy)
                    {
                        Arrived();
                    }

                    storage.Time.Advance(TimeSpan.FromSeconds(seconds));
                    break;
                case Trim(var writer):
                    await logs[writer].TrimAsync(Model, CancellationToken);
                    break;
                case Refresh:
                    heldFor += PastMaxAge;
                    if (heldFor > arriveBy)
                    {
                        Arrived();
                    }

                    await storage.RefreshAsync();
                    break;
                case Arrive:
                    Arrived();
                    break;
                case Save:
                    await storage.SaveAsync();
                    break;
                case Restart:
                    storage.Restart();
                    break;
            }
        }

        Arrived();

        void Arrived()
        {
            storage.Tables.Changes.Release();
            heldFor = TimeSpan.Zero;
        }
    }

    private static async Task AssertAgreesAsync(IndexedStorage storage)
    {
        IndexSnapshot snapshot = await storage.RefreshAsync();
        Assert.Equal(
            storage.Tables.Embeddings.Rows.Select(row => (row.RowKey, row.GetString("ImageETag"))).Order(),
            Enumerable.Range(0, Images).Select(image => snapshot.Find(Id($"{image}.jpg"))).OfType<EmbeddingRecord>()
                .Select(record => (record.Id.Key, record.ImageETag)).Order());
        Assert.Equal(storage.Tables.Embeddings.Rows.Count, snapshot.Count);
    }

    private abstract record Step;

    private sealed record Write(int Image, int Writer, bool Late) : Step;

    private sealed record Remove(int Image, int Writer, bool Late) : Step;

    private sealed record AppendAgain(int Image, int Writer) : Step;

    private sealed record Arrive : Step;

    private sealed record PutClock(int Clock, double Off) : Step;

    private sealed record Wait(double Seconds) : Step;

    private sealed record Refresh : Step;

    private sealed record Save : Step;

    private sealed record Restart : Step;

    private sealed record Trim(int Writer) : Step;
}
