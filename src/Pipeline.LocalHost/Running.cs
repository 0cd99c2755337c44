namespace Pipeline.LocalHost;

/// <summary>A part of the host that goes on until it is stopped.</summary>
internal sealed class Running : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <param name="run">The part; ends when its token trips.</param>
    public Running(Func<CancellationToken, Task> run) => Ended = run(_stop.Token);

    /// <summary>Its end, or its failure.</summary>
    public Task Ended { get; }

    /// <summary>Stops it and waits for its end. A failure is for who awaits <see cref="Ended"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
