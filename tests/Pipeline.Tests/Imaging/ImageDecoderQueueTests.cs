using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

public sealed class ImageDecoderQueueTests : IDisposable
{
    // Takes a few hundred milliseconds: 48 megapixels.
    private static readonly byte[] Slow = ImageEncoder.ToPng(Picture.Draw(8000, 6000, (x, y) => (byte)((x * y) >> 8)));

    private readonly ImageDecoder _decoder = new(new ImageLimits());

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _decoder.Dispose();

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
        // Enough threads for those that decode and some more, and yet fewer than the decodes that wait.
        ThreadPool.GetMinThreads(out int workers, out int completions);
        int threads = Math.Max(workers, Environment.ProcessorCount + 16);
        Assert.True(ThreadPool.SetMinThreads(threads, completions));
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
            Task<DecodedImage>[] before = OccupyAllTurns();
            Task<DecodedImage>[] waiting = [.. Enumerable.Range(0, 4 * threads).Select(_ => DecodeAsync(Slow, end.Token))];

            await Task.Run(() => { }, CancellationToken);

            // Were each waiting decode to block a thread, there would be none for this until a decode is done.
            Assert.All(before, decode => Assert.False(decode.IsCompleted));
            Assert.All(waiting, decode => Assert.False(decode.IsCompleted));
            await end.CancelAsync();
            await Task.WhenAll(before);
        }
        finally
        {
            ThreadPool.SetMinThreads(workers, completions);
        }
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
