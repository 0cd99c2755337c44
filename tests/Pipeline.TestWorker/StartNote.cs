using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.TestWorker;

/// <summary>Logs outside of any function, which the real host throws away.</summary>
internal sealed class StartNote(ILogger<StartNote> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        logger.LogInformation("A hosted service started");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        logger.LogInformation("A hosted service stopped");
        return Task.CompletedTask;
    }
}
