using System.Net.Http.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using System.Text.Json;

namespace Pipeline.LocalHost.Events;

/// <summary>Tells an app of what happened in a container: of written blobs by the host's webhook, of deleted ones by a queue.</summary>
internal sealed class EventSender(WatchedContainer watched, BlobContainerClient container, QueueClient deletions, HttpClient host)
{
    /// <summary>The most events that one request carries.</summary>
    public const int BatchSize = 100;

    /// <summary>Tells each function of blobs that were written.</summary>
    /// <exception cref="HttpRequestException">The host did not take them; some functions may know of them nevertheless.</exception>
    public async Task TellCreatedAsync(IReadOnlyCollection<BlobItem> blobs, CancellationToken cancellationToken) =>
        await Task.WhenAll(watched.Functions.Select(function => PostAsync(
            function,
            [
                .. blobs
                    .Where(blob => blob.Name.StartsWith(function.Prefix, StringComparison.Ordinal))
                    .Select(blob => BlobEvent.OfCreated(watched.Name, blob, container.GetBlobClient(blob.Name).Uri)),
            ],
            cancellationToken)));

    /// <summary>Tells the app that a blob is gone.</summary>
    public async Task TellDeletedAsync(string name, CancellationToken cancellationToken)
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
