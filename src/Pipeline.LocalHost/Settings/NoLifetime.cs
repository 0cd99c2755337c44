using Microsoft.Extensions.Hosting;

namespace Pipeline.LocalHost.Settings;

/// <summary>
/// For the hosts inside this program: they ignore signals, because the program handles them and stops its parts in order.
/// </summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
