using System.Net.Http.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using System.Text.Json;

namespace Pipeline.LocalHost.Events;

/// <summary>Reports the events of a container to an app: written blobs to the host's webhook, deleted blobs to a queue.</summary>
internal sealed class EventSender(WatchedContainer watched, BlobContainerClient container, QueueClient deletions, HttpClient host)
{
    /// <summary>The maximum number of events in a request.</summary>
    public const int BatchSize = 100;

    /// <summary>Reports written blobs to each function.</summary>
    /// <exception cref="HttpRequestException">The host did not accept them; some functions may have received them nevertheless.</exception>
    public async Task SendCreatedAsync(IReadOnlyCollection<BlobItem> blobs, CancellationToken cancellationToken) =>
        await Task.WhenAll(watched.Functions.Select(function => PostAsync(
            function,
            [
                .. blobs
                    .Where(blob => blob.Name.StartsWith(function.Prefix, StringComparison.Ordinal))
                    .Select(blob => BlobEvent.OfCreated(watched.Name, blob, container.GetBlobClient(blob.Name).Uri)),
            ],
            cancellationToken)));

    /// <summary>Reports a deleted blob to the app.</summary>
    public async Task SendDeletedAsync(string name, CancellationToken cancellationToken)
    {
        var deleted = BlobEvent.OfDeleted(watched.Name, name, container.GetBlobClient(name).Uri, DateTimeOffset.UtcNow);
        string message = JsonSerializer.Serialize(deleted);
        try
        {
            await deletions.SendMessageAsync(message, cancellationToken);
        }
        catch (Azure.RequestFailedException exception) when (exception.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await deletions.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await deletions.SendMessageAsync(message, cancellationToken);
        }
    }

    private async Task PostAsync(EventFunction function, IReadOnlyCollection<BlobEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"runtime/webhooks/blobs?functionName={Uri.EscapeDataString(function.FullName)}")
        {
            Content = JsonContent.Create(events),
            Headers = { { "aeg-event-type", "Notification" } },
        };
        using HttpResponseMessage response = await host.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
