using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>Registers what compares the container with the tables, and what works on its queue.</summary>
internal static class BackfillServices
{
    public static IServiceCollection AddBackfill(this IServiceCollection services) => services
        .AddSingleton(provider => new BackfillStateBlob(Container(provider), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(provider => new BackfillQueue(provider.GetRequiredService<QueueServiceClient>()))
        .AddSingleton<BackfillStatusReader>()
        .AddSingleton<IndexComparison>()
        .AddSingleton<BackfillRun>()
        .AddSingleton<BackfillWorker>()
        .AddSingleton(provider => new BackfillMonitor(
            provider.GetRequiredService<BackfillStatusReader>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BackfillMonitor>>()));

    public static BlobContainerClient Container(IServiceProvider provider) =>
        provider.GetRequiredService<BlobServiceClient>().GetBlobContainerClient(StorageServices.StateContainer);
}
