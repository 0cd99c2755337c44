using Azure.Storage.Blobs;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Events;

/// <summary>
/// Does what Event Grid does in Azure and the storage emulator does not: posts events of written blobs to the webhook of any Functions
/// host, and puts deletions into a queue.
/// </summary>
internal static class LocalEvents
{
    // The queue of the deployed app's event subscription.
    private const string DeletionsQueue = "image-deletions";

    /// <summary>Runs until it is stopped.</summary>
    /// <param name="app">The app; its functions.metadata names the containers to watch.</param>
    /// <param name="settings">The settings, which name the storage accounts.</param>
    /// <param name="host">The Functions host.</param>
    /// <param name="logs">Where outages are logged.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="HostFailure">The app's functions cannot be read, or a setting is missing.</exception>
    public static async Task RunAsync(AppFolder app, AppSettings settings, Uri host, ILoggerFactory logs, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = host };
        ILogger logger = logs.CreateLogger("Events");
        await Task.WhenAll(WatchedContainer.Of(app.ReadFunctions(), settings).Select(watched =>
        {
            BlobContainerClient container = settings.Blobs(watched.Connection).GetBlobContainerClient(watched.Name);
            var sender = new EventSender(watched, container, settings.Queues(watched.Connection).GetQueueClient(DeletionsQueue), http);
            var file = new KnownBlobsFile(settings.Blobs(null), settings.HostId, container, TimeProvider.System);
            return new ContainerWatch(watched, container, sender, file, logger).RunAsync(stop);
        }));
    }
}
