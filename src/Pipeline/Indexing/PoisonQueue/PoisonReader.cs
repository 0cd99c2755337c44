using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Pipeline.Storage;

namespace Pipeline.Indexing.PoisonQueue;

/// <summary>Reads the queue <c>webjobs-blobtrigger-poison</c> without changing it.</summary>
/// <param name="queue">The queue, without an encoding: a message that cannot be decoded must still be listed.</param>
/// <param name="images">The container of the images.</param>
/// <param name="failures">The recorded reasons.</param>
internal sealed class PoisonReader(QueueClient queue, BlobContainerClient images, FailureTable failures)
{
    /// <summary>The queue's name; the host chooses it.</summary>
    public const string QueueName = "webjobs-blobtrigger-poison";

    // The most that one call takes.
    private const int MaxMessages = 32;

    /// <summary>The first messages, each with its reason and with the state of its blob.</summary>
    public async Task<PoisonListing> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            PeekedMessage[] peeked = await queue.PeekMessagesAsync(MaxMessages, cancellationToken).ConfigureAwait(false);
            QueueProperties properties = await queue.GetPropertiesAsync(cancellationToken).ConfigureAwait(false);
            var blobs = new List<PoisonedBlob>();
            foreach (PeekedMessage message in peeked)
            {
                blobs.Add(await DescribeAsync(message, cancellationToken).ConfigureAwait(false));
            }

            return new PoisonListing(blobs, Math.Max(properties.ApproximateMessagesCount, blobs.Count));
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            // The host creates the queue with its first message.
            return new PoisonListing([], 0);
        }
    }

    private async Task<PoisonedBlob> DescribeAsync(PeekedMessage peeked, CancellationToken cancellationToken)
    {
        if (!PoisonMessage.TryParse(PoisonMessage.Decode(peeked.Body.ToString()), out PoisonMessage? message, out string? fault))
        {
            return new PoisonedBlob(peeked.MessageId, peeked.InsertedOn, peeked.DequeueCount, null, fault, null, null);
        }

        string? modelKey = message.ModelKey == PoisonMessage.Additional ? null : message.ModelKey;
        Failure? failure = await failures.FindOfAnyVersionAsync(modelKey, message.Id, message.ETag, cancellationToken)
            .ConfigureAwait(false);
        BlobState state = await BlobState.ReadAsync(images.GetBlobClient(message.Id.Name), message.ETag, cancellationToken)
            .ConfigureAwait(false);
        return new PoisonedBlob(peeked.MessageId, peeked.InsertedOn, peeked.DequeueCount, message, null, failure?.Reason, state.Presence);
    }
}
