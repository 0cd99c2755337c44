using Microsoft.Extensions.Hosting;

namespace Pipeline.LocalHost.Settings;

/// <summary>For the hosts inside this one: signals are for the whole, which stops its parts in order.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
