using Microsoft.Extensions.Hosting;

namespace Pipeline.LocalWorker.Hosting;

/// <summary>Waits for what a trigger stands for and runs its function. A stop takes nothing new and lets what runs finish.</summary>
internal abstract class Listener : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Cancelled when nothing new is to be taken.</summary>
    protected CancellationToken Stopping => _stopping.Token;

    /// <summary>Cancelled when the host's patience with what runs has ended.</summary>
    protected CancellationToken Abort => _abort.Token;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await using CancellationTokenRegistration abort = cancellationToken.Register(_abort.Cancel);
        await _running;
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _abort.Dispose();
    }

    /// <summary>Goes on until <see cref="Stopping"/>, and then until what runs is done.</summary>
    protected abstract Task RunAsync();
}
