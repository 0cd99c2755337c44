using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>
/// The queue <c>image-backfill</c>, from which the app embeds images on as many instances as the platform starts for its length, and the
/// queue of the messages that the host gave up on.
/// </summary>
/// <remarks>Safe to call from several threads. A queue that is missing is empty, and is made by the first message.</remarks>
/// <param name="service">The account's queues, whose messages are in Base64, as <c>host.json</c> says.</param>
internal sealed class BackfillQueue(QueueServiceClient service)
{
    /// <summary>The queue's name.</summary>
    public const string Name = "image-backfill";

    /// <summary>The name that the host gives to the queue of what failed five times.</summary>
    public const string PoisonName = $"{Name}-poison";

    private readonly QueueClient _queue = service.GetQueueClient(Name);
    private readonly QueueClient _poison = service.GetQueueClient(PoisonName);

    /// <summary>Adds a message.</summary>
    public Task SendAsync(BackfillMessage message, CancellationToken cancellationToken) =>
        _queue.SendAsync(message.Write(), cancellationToken);

    /// <summary>About how many messages are left, those included that are worked on now.</summary>
    public Task<int> CountAsync(CancellationToken cancellationToken) => CountAsync(_queue, cancellationToken);

    /// <summary>About how many messages failed five times.</summary>
    public Task<int> CountPoisonAsync(CancellationToken cancellationToken) => CountAsync(_poison, cancellationToken);

    /// <summary>Removes all messages.</summary>
    public Task ClearAsync(CancellationToken cancellationToken) => ClearAsync(_queue, cancellationToken);

    /// <summary>Removes all messages that failed five times.</summary>
    public Task ClearPoisonAsync(CancellationToken cancellationToken) => ClearAsync(_poison, cancellationToken);

    private static async Task<int> CountAsync(QueueClient queue, CancellationToken cancellationToken)
    {
        try
        {
            QueueProperties properties = await queue.GetPropertiesAsync(cancellationToken).ConfigureAwait(false);
            return properties.ApproximateMessagesCount;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            return 0;
        }
    }

    private static async Task ClearAsync(QueueClient queue, CancellationToken cancellationToken)
    {
        try
        {
            await queue.ClearMessagesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            // Nothing was ever put there.
        }
    }
}
