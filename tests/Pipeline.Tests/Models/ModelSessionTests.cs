using Pipeline.Diagnostics;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

public sealed class ModelSessionTests(SmallModels models) : IClassFixture<SmallModels>
{
    // Without the wait in Dispose the first rounds already end the process with a segmentation error.
    private const int Rounds = 40;
    private const int RunsAtOnce = 8;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    private InstalledModel Model => models.Sessions.Models.Single(model => model.Key == "resnet50");

    private RgbImage Input => Imaging.Picture.Draw(Model.Definition.InputSize, Model.Definition.InputSize, (x, y) => (byte)(x + y));

    [Fact]
    public async Task A_session_that_is_disposed_of_in_the_middle_of_runs_ends_each_with_its_result_or_as_disposed()
    {
        RgbImage input = Input;
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            var session = new ModelSession(Model);
            Task<Embedding>[] runs = [.. Enumerable.Range(0, RunsAtOnce).Select(_ => session.EmbedAsync(input, CancellationToken))];
            await Task.Delay(round % 10, CancellationToken);

            session.Dispose();

            // Those that never had a turn must not wait for ever.
            Task ended = Task.WhenAll(runs);
            await ended.WaitAsync(TimeSpan.FromMinutes(5), CancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Assert.All(runs, run => Assert.True(
                run.IsCompletedSuccessfully || run.Exception?.InnerException is ObjectDisposedException, $"{run.Status}: {run.Exception}"));
            refused += runs.Count(run => run.IsFaulted);
        }

        // How many depends on the machine; without any, nothing was tried.
        Assert.InRange(refused, 1, Rounds * RunsAtOnce);
    }

    [Fact]
    public async Task After_its_end_a_session_refuses_runs_and_can_be_disposed_of_again()
    {
        var session = new ModelSession(Model);
        Embedding embedding = await session.EmbedAsync(Input, CancellationToken);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(session.Dispose, CancellationToken)))
            .WaitAsync(TimeSpan.FromMinutes(5), CancellationToken);

        Assert.False(embedding.Values.IsEmpty);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.EmbedAsync(Input, CancellationToken));
        session.Dispose();
    }
}
