using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Pipeline.Storage;

/// <summary>Sends messages to queues that the first message makes.</summary>
internal static class QueueSending
{
    // By default a message is gone after seven days, and a long queue may take longer.
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    /// <summary>Adds a message, which stays until it is processed.</summary>
    public static async Task SendAsync(this QueueClient queue, string text, CancellationToken cancellationToken)
    {
        try
        {
            await queue.SendMessageAsync(text, timeToLive: Forever, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            await queue.SendMessageAsync(text, timeToLive: Forever, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }
}
