using System.Text.Json;
using Azure.Storage.Queues;
using Pipeline.LocalWorker.Hosting;

namespace Pipeline.LocalWorker.Blobs;

/// <summary>The queue <c>webjobs-blobtrigger-poison</c> in the trigger's storage account, with messages in the host's own shape.</summary>
internal sealed class PoisonQueue(QueueServiceClient queues)
{
    // The host escapes only what JSON must escape; an ETag's quotes are readable to whoever looks at the queue.
    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly QueueClient _queue = queues.GetQueueClient("webjobs-blobtrigger-poison");

    public async Task AddAsync(Function function, string container, string name, string etag, CancellationToken cancellationToken)
    {
        await _queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        string message = JsonSerializer.Serialize(
            new
            {
                Type = "BlobTrigger",
                FunctionId = function.Id,
                BlobType = "BlockBlob",
                ContainerName = container,
                BlobName = name,
                ETag = etag,
            },
            Json);
        await _queue.SendMessageAsync(message, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: cancellationToken);
    }
}
