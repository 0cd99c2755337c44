using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Pipeline.Models.Store;

/// <summary>Fetches the models before any other service of the app starts, and then validates the options, which need them all.</summary>
internal sealed class ModelStoreStartup(ModelStore store, IServiceProvider services) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await store.FetchAsync(cancellationToken).ConfigureAwait(false);

        // Validated only now: the options are not valid before the folder has the models.
        _ = services.GetRequiredService<IOptions<ModelOptions>>().Value;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
