namespace Pipeline.LocalHost;

/// <summary>A part of the host that runs until it is stopped.</summary>
internal sealed class Running : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <param name="run">The part; it ends when its token is cancelled.</param>
    public Running(Func<CancellationToken, Task> run) => Ended = run(_stop.Token);

    /// <summary>Its end, or its failure.</summary>
    public Task Ended { get; }

    /// <summary>Stops it and waits for its end. A failure is only thrown to the caller that awaits <see cref="Ended"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
