using Azure;
using CsCheck;
using Microsoft.Extensions.Logging;
using Pipeline.Indexing.Backfill;
using Pipeline.Storage;
using static Pipeline.Tests.Indexing.Backfill.BackfillStorage;

namespace Pipeline.Tests.Indexing.Backfill;

/// <summary>What a backfill queues and removes, and how it is interrupted and goes on.</summary>
public class BackfillRunTests
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    /// <summary>
    /// The container, the rows and the failures of two models, each of the versions 1 to 3 (0: not there), for as many images as there are
    /// elements; and how many images are in memory at once.
    /// </summary>
    private static readonly Gen<((int Blob, int Row, int OtherRow, int Failure)[] Images, int Window)> Storages = Gen.Select(
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3]).Array[0, 60], Gen.Int[1, 70]);

    [Fact]
    public Task Whatever_is_stored_exactly_what_lacks_its_record_is_queued_and_what_is_gone_removed() =>
        Storages.SampleAsync(async storages =>
        {
            var storage = new BackfillStorage();
            var expected = new List<(string Name, string Model)>();
            var gone = new List<(string Name, string Model)>();
            foreach ((int i, (int blob, int row, int otherRow, int failure)) in storages.Images.Index())
            {
                string name = $"folder/花 {i}.jpg";
                Put(blob, version => storage.Images.Put(name, version.Trim('"')));
                Put(row, version => storage.PutRow(Vgg16, name, version));
                Put(otherRow, version => storage.PutRow(ResNet50, name, version));
                Put(failure, version => storage.PutFailure(Vgg16, name, version));
                Expect(name, "vgg16", blob, row, failure);
                Expect(name, "resnet50", blob, otherRow, 0);
            }

            var removed = new List<(string Name, string Model)>();
            BackfillReport report = await storage.Run(storages.Window).RunAsync(
                Order() with
                {
                    RemoveAsync = (version, id, _) =>
                    {
                        lock (removed)
                        {
                            removed.Add((id.Name, version.Key));
                        }

                        return Task.CompletedTask;
                    },
                },
                null,
                CancellationToken.None);

            Assert.Equal(expected.Order(), storage.Queued().Select(message => (message.Name, message.Model)).Order());
            Assert.Equal(gone.Order(), removed.Order());
            Assert.Equal((expected.Count, gone.Count), (report.State.Counts.Queued, report.State.Counts.Gone));
            Assert.Equal(storages.Images.Count(image => image.Blob > 0), report.State.Counts.Images);
            Assert.InRange(storage.Images.Listings, 1, (report.State.Counts.Images / storages.Window) + 1);

            static void Put(int version, Action<string> put)
            {
                if (version > 0)
                {
                    put($"\"0x{version}\"");
                }
            }

            void Expect(string name, string model, int blob, int row, int failure)
            {
                if (blob > 0 && row != blob && failure != blob)
                {
                    expected.Add((name, model));
                }
                else if (blob == 0 && (row > 0 || failure > 0))
                {
                    gone.Add((name, model));
                }
            }
        }, iter: 200);

    [Fact]
    public async Task A_second_run_queues_nothing_while_the_first_is_worked_on_and_nothing_that_was_indexed_after_it()
    {
        var storage = new BackfillStorage();
        storage.Images.Put("a.jpg", "1");
        storage.Images.Put("b.jpg", "1");

        BackfillReport first = await storage.Run().RunAsync(Order(), null, CancellationToken);
        BackfillReport during = await storage.Run().RunAsync(Order(), null, CancellationToken);
        foreach (BackfillMessage message in storage.Queue.TakeAll().Select(BackfillMessage.Read).Where(message => message.Name == "a.jpg"))
        {
            storage.PutRow(message.Model == "vgg16" ? Vgg16 : ResNet50, message.Name, "\"1\"");
        }

        BackfillReport after = await storage.Run().RunAsync(Order(), null, CancellationToken);

        Assert.Equal((BackfillStart.Fresh, 4), (first.Start, first.State.Counts.Queued));
        Assert.Equal(BackfillStart.Underway, during.Start);
        Assert.Equal((BackfillStart.Fresh, 2, 2), (after.Start, after.State.Counts.Queued, after.State.Counts.Current));
        Assert.All(storage.Queued(), message => Assert.Equal("b.jpg", message.Name));
    }

    [Fact]
    public async Task Other_images_may_be_queued_while_the_first_are_worked_on()
    {
        var storage = new BackfillStorage();
        storage.Images.Put("a/1.jpg", "1");
        storage.Images.Put("b/1.jpg", "1");
        BackfillScope a = new("a/", [Vgg16], false, false);

        await storage.Run().RunAsync(Order(a), null, CancellationToken);
        BackfillReport other = await storage.Run().RunAsync(Order(a with { Prefix = "b/" }), null, CancellationToken);

        Assert.Equal(BackfillStart.Fresh, other.Start);
        Assert.Equal(["a/1.jpg", "b/1.jpg"], storage.Queued().Select(message => message.Name));
    }

    [Fact]
    public async Task A_prefix_and_a_model_leave_everything_else_as_it_is()
    {
        var storage = new BackfillStorage();
        storage.Images.Put("a/1.jpg", "1");
        storage.Images.Put("b/1.jpg", "1");
        storage.PutRow(Vgg16, "a/gone.jpg", "1");
        storage.PutRow(Vgg16, "b/gone.jpg", "1");
        storage.PutRow(ResNet50, "a/gone.jpg", "1");

        var scope = new BackfillScope("a/", [Vgg16], false, false);
        BackfillReport report = await storage.Run().RunAsync(Order(scope), null, CancellationToken);

        // What is gone is left to the app here: its message, too, only says "look".
        Assert.Equal(
            [new BackfillMessage("a/1.jpg", "vgg16"), new BackfillMessage("a/gone.jpg", "vgg16")],
            storage.Queued().OrderBy(message => message.Name, StringComparer.Ordinal));
        Assert.Equal((1, 2, 1), (report.State.Counts.Images, report.State.Counts.Queued, report.State.Counts.Gone));
    }

    [Fact]
    public async Task What_was_refused_is_queued_again_only_when_asked_or_when_it_was_overwritten()
    {
        var storage = new BackfillStorage();
        storage.Images.Put("damaged.jpg", "1");
        storage.Images.Put("mended.jpg", "2");
        storage.PutFailure(Vgg16, "damaged.jpg", "\"1\"");
        storage.PutFailure(Vgg16, "mended.jpg", "\"1\"");

        BackfillCounts usual = await storage.Run().CountAsync(Scope(Vgg16), CancellationToken);
        BackfillCounts again = await storage.Run().CountAsync(Scope(Vgg16) with { RetryRefused = true }, CancellationToken);

        Assert.Equal((1, 1), (usual.Queued, usual.Refused));
        Assert.Equal((2, 0), (again.Queued, again.Refused));
    }

    [Fact]
    public async Task A_count_changes_nothing_and_needs_nothing_to_be_there()
    {
        var storage = new BackfillStorage();
        for (int i = 0; i < 25; i++)
        {
            storage.Images.Put($"{i}.jpg", "1");
        }

        BackfillCounts counts = await storage.Run(windowSize: 4).CountAsync(Scope(), CancellationToken);

        Assert.Equal(new BackfillCounts(Images: 25, Queued: 50), counts);
        Assert.Empty(storage.Queue.Messages);
        Assert.False(storage.State.IsThere);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(300, 300)]
    [InlineData(2_000, 2_000)]
    [InlineData(9_000, 5_000)]
    public async Task How_many_images_are_not_indexed_is_known_about_from_few_of_them(int images, int listed)
    {
        var storage = new BackfillStorage();
        for (int i = 0; i < images; i++)
        {
            storage.Images.Put($"{i}.jpg", "1");
            storage.PutRow(Vgg16, $"{i}.jpg", i % 4 == 0 ? "\"2\"" : "\"1\"");
            if (i % 2 == 0)
            {
                storage.PutRow(ResNet50, $"{i}.jpg", "\"1\"");
            }
        }

        IndexGap gap = await storage.Comparison().FindGapAsync([Vgg16, ResNet50], CancellationToken);

        // 500 of 5,000 with three quarters lacking: one standard deviation is 1.9 %.
        Assert.Equal(listed, gap.Images);
        Assert.InRange(gap.Missing, 0.75 * listed * (listed > IndexGap.MostCompared ? 0.9 : 1), 0.75 * listed * 1.1);
    }

    [Fact]
    public async Task Folders_are_no_images_and_names_that_no_address_can_hold_are_left_and_logged()
    {
        var storage = new BackfillStorage();
        storage.Images.Put("folder", "1", isFolder: true);
        storage.Images.Put("a/../b.jpg", "1");
        storage.Images.Put("/slash.jpg/", "1");
        storage.PutRow(Vgg16, "x.jpg", "1", container: "elsewhere");
        storage.PutRow(Vgg16, "../x.jpg", "1");

        BackfillReport report = await storage.Run().RunAsync(Order(Scope(Vgg16)), null, CancellationToken);

        Assert.Equal([new BackfillMessage("/slash.jpg/", "vgg16")], storage.Queued());
        Assert.Equal((2, 3, 0), (report.State.Counts.Images, report.State.Counts.Unreachable, report.State.Counts.Gone));
        Assert.Equal(3, storage.Log.Entries.Count(entry => entry.Level == LogLevel.Warning));
    }

    [Fact]
    public async Task An_interrupted_run_goes_on_where_it_was_and_queues_nothing_twice()
    {
        var storage = new BackfillStorage();
        for (int i = 0; i < 400; i++)
        {
            storage.Images.Put($"{i}.jpg", "1");
        }

        using var stop = new CancellationTokenSource();
        var progress = new Reports(state =>
        {
            if (state.Counts.Queued >= 300)
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storage.Run(70).RunAsync(Order(), progress, stop.Token));
        int before = storage.Queue.Messages.Count;
        BackfillStatus interrupted = (await storage.Status.ReadAsync(CancellationToken))!;

        BackfillReport rest = await storage.Run(70).RunAsync(Order(), null, CancellationToken);

        Assert.InRange(before, 300, 799);
        Assert.Equal((before, true), (interrupted.State.Counts.Queued, interrupted.IsUnderway));
        Assert.InRange(interrupted.State.Fraction, 0.3, 0.6);
        Assert.Equal((BackfillStart.Resumed, 800), (rest.Start, rest.State.Counts.Queued));
        Assert.Equal(800, storage.Queued().Distinct().Count());
        Assert.Equal(800, storage.Queue.Messages.Count);
    }

    [Fact]
    public async Task After_a_crash_the_next_waits_for_the_lease_and_queues_at_most_a_batch_twice()
    {
        var storage = new BackfillStorage();
        for (int i = 0; i < 200; i++)
        {
            storage.Images.Put($"{i}.jpg", "1");
        }

        // Storage is away from one moment on, for whatever the run would still do.
        int sent = 0;
        storage.Queue.BeforeSend = _ => Interlocked.Increment(ref sent) > 150
            ? throw new RequestFailedException(503, "Away.", "ServerBusy", null)
            : Task.CompletedTask;
        storage.State.Blob("backfill.json").Before = what =>
        {
            if (sent > 150)
            {
                throw new RequestFailedException(503, "Away.", "ServerBusy", null);
            }
        };
        await Assert.ThrowsAsync<RequestFailedException>(() => storage.Run().RunAsync(Order(), null, CancellationToken));

        storage.Queue.BeforeSend = _ => Task.CompletedTask;
        storage.State.Blob("backfill.json").Before = _ => { };
        storage.Time.Advance(RenewedLease.Duration);
        await storage.Run().RunAsync(Order(), null, CancellationToken);

        Assert.Equal(400, storage.Queued().Distinct().Count());
        Assert.InRange(storage.Queue.Messages.Count, 400, 550);
    }

    [Fact]
    public async Task Two_do_not_work_at_once_and_the_second_says_who_is_at_it()
    {
        var storage = new BackfillStorage();
        storage.Images.Put("a.jpg", "1");
        BackfillHeldException? second = null;
        storage.Queue.BeforeSend = async _ => second = await Assert.ThrowsAsync<BackfillHeldException>(
            () => storage.Run().RunAsync(Order() with { Holder = "another" }, null, CancellationToken));

        await storage.Run().RunAsync(Order(Scope(Vgg16)), null, CancellationToken);

        Assert.Equal(
            "a test is at it since 2026-05-04 03:02:01 UTC, and has compared 0%. Wait for its end, or stop it there; if it crashed, it " +
            "gives way within a minute.",
            second!.Message);
        Assert.Single(storage.Queue.Messages);
        Assert.Equal(BackfillStart.Underway, (await storage.Run().RunAsync(Order(Scope(Vgg16)), null, CancellationToken)).Start);
    }

    [Fact]
    public async Task A_run_that_lost_its_lease_stops_and_the_other_one_is_not_disturbed()
    {
        var storage = new BackfillStorage();
        storage.Images.Put("a.jpg", "1");
        var sending = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        storage.Queue.BeforeSend = _ =>
        {
            sending.TrySetResult();
            return go.Task;
        };
        storage.State.Blob("backfill.json").Before = what =>
        {
            if (what == "renew")
            {
                throw new RequestFailedException(503, "Away.", "ServerBusy", null);
            }
        };
        Task<BackfillReport> run = storage.Run().RunAsync(Order(Scope(Vgg16)), null, CancellationToken);
        await sending.Task;
        for (int i = 0; i < 8; i++)
        {
            storage.Time.Advance(TimeSpan.FromSeconds(15));
            await Task.Delay(20, CancellationToken);
        }

        go.SetResult();

        IOException lost = await Assert.ThrowsAsync<IOException>(() => run);
        Assert.Contains("another backfill may have begun", lost.Message, StringComparison.Ordinal);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, storage.Saved().GetProperty("finishedAt").ValueKind);
    }

    [Fact]
    public async Task Messages_that_failed_are_cleared_by_a_whole_run_only_because_it_finds_them_again()
    {
        var storage = new BackfillStorage();
        storage.Images.Put("a.jpg", "1");
        await storage.Poison.CreateIfNotExistsAsync(cancellationToken: CancellationToken);
        await storage.Poison.SendMessageAsync("failed", cancellationToken: CancellationToken);

        await storage.Run().RunAsync(Order(new BackfillScope("b/", [Vgg16], false, false)), null, CancellationToken);
        int afterPart = storage.Poison.Messages.Count;
        await storage.Run().RunAsync(Order(), null, CancellationToken);

        Assert.Equal((1, 0), (afterPart, storage.Poison.Messages.Count));
        Assert.Equal([TimeSpan.FromSeconds(-1)], storage.Queue.Lifetimes);
    }

    [Fact]
    public async Task What_is_stopped_leaves_an_empty_queue_and_the_next_run_begins_anew()
    {
        var storage = new BackfillStorage();
        storage.Images.Put("a.jpg", "1");
        await storage.Run().RunAsync(Order(), null, CancellationToken);

        int cleared = await storage.Run().StopAsync("a test", CancellationToken);
        bool underway = (await storage.Status.ReadAsync(CancellationToken))!.IsUnderway;
        BackfillReport next = await storage.Run().RunAsync(Order(), null, CancellationToken);

        Assert.Equal((2, false), (cleared, underway));
        Assert.Equal((BackfillStart.Fresh, 2), (next.Start, next.State.Counts.Queued));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task A_state_that_cannot_be_read_says_what_to_do(string content)
    {
        var storage = new BackfillStorage();
        storage.State.IsThere = true;
        storage.State.Blob("backfill.json").Content = BinaryData.FromString(content);
        Task<BackfillReport> RunAsync() => storage.Run().RunAsync(Order(), null, CancellationToken);

        if (content.Length == 0)
        {
            // Made for its lease, before the first state.
            await RunAsync();
        }
        else
        {
            Assert.Contains(
                "Delete it: the next backfill begins anew", (await Assert.ThrowsAsync<InvalidDataException>(RunAsync)).Message,
                StringComparison.Ordinal);
        }
    }

    private sealed class Reports(Action<BackfillState> report) : IProgress<BackfillState>
    {
        public void Report(BackfillState value) => report(value);
    }
}
