using Pipeline.Diagnostics;
using Pipeline.Drawing;
using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

public sealed class ImageDecoderQueueTests : IDisposable
{
    // Takes a few hundred milliseconds: 48 megapixels.
    private static readonly byte[] Slow = ImageEncoder.ToPng(Picture.Draw(8000, 6000, (x, y) => (byte)((x * y) >> 8)));

    // Threads that the pool starts without hesitating: for a decode that blocks one there would be one to block.
    private static readonly int Threads = Environment.ProcessorCount + 32;

    private readonly ImageDecoder _decoder = new(new ImageLimits());
    private readonly (int Workers, int Completions) _threadsBefore;

    public ImageDecoderQueueTests()
    {
        ThreadPool.GetMinThreads(out int workers, out int completions);
        _threadsBefore = (workers, completions);
        Assert.True(ThreadPool.SetMinThreads(Math.Max(workers, Threads), completions));
    }

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        ThreadPool.SetMinThreads(_threadsBefore.Workers, _threadsBefore.Completions);
        _decoder.Dispose();
    }

    [Fact]
    public async Task A_caller_that_goes_away_leaves_the_queue_at_once()
    {
        Task<DecodedImage>[] before = OccupyAllTurns();
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        Task<DecodedImage> waiting = DecodeAsync(ReferenceImage.Read("baseline.jpg"), caller.Token);
        Task<DecodedImage> behind = DecodeAsync(ReferenceImage.Read("checks.png"), CancellationToken);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.All(before, decode => Assert.False(decode.IsCompleted));
        await Task.WhenAll(before);
        Assert.Equal(32, (await behind).Pixels.Width);
    }

    [Fact]
    public async Task Decodes_that_wait_hold_no_thread()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        Task<DecodedImage>[] decodes = [.. Enumerable.Range(0, 4 * Threads).Select(_ => DecodeAsync(Slow, end.Token))];
        await Task.Delay(100, CancellationToken);

        // Threads that are there for other work at one and the same time: each waits until all are.
        using var met = new CountdownEvent(Threads / 2);
        await Task.WhenAll(Enumerable.Range(0, met.InitialCount).Select(_ => Task.Run(
            () =>
            {
                met.Signal();
                met.Wait(CancellationToken);
            },
            CancellationToken)));

        // Were each waiting decode to block a thread, the pool would have to be handed one after the other as decodes end.
        int done = decodes.Count(decode => decode.IsCompleted);
        await end.CancelAsync();
        Task ended = Task.WhenAll(decodes);
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.InRange(done, 0, 2 * Environment.ProcessorCount);
        Assert.InRange(decodes.Count(decode => decode.IsCompletedSuccessfully), done, 4 * Environment.ProcessorCount);
        Assert.All(decodes, decode => Assert.True(decode.IsCompletedSuccessfully || decode.IsCanceled, $"{decode.Exception}"));
    }

    [Fact]
    public async Task A_turn_that_ended_in_a_refusal_is_handed_on()
    {
        for (int i = 0; i < 2 * Environment.ProcessorCount; i++)
        {
            InvalidImageException invalid = await Assert.ThrowsAsync<InvalidImageException>(
                () => DecodeAsync("no image"u8.ToArray(), CancellationToken));
            Assert.Equal(ImageFault.UnsupportedFormat, invalid.Rejection.Fault);
        }

        Assert.Equal(32, (await DecodeAsync(ReferenceImage.Read("checks.png"), CancellationToken)).Pixels.Width);
    }

    private Task<DecodedImage>[] OccupyAllTurns() =>
        [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => DecodeAsync(Slow, CancellationToken))];

    private Task<DecodedImage> DecodeAsync(byte[] encoded, CancellationToken cancellationToken) =>
        _decoder.DecodeAsync(encoded, 32, 32, Resampling.Quality, cancellationToken);
}
