using System.Runtime.ExceptionServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Pipeline.Diagnostics;

namespace Pipeline.Indexing.PoisonQueue;

/// <summary>
/// Makes the host try again what it gave up on: copies each blob onto itself and removes its message. Such a copy raises BlobCreated and
/// gives the blob a new ETag, for which there is no receipt, so every host takes it for an upload: the one behind Event Grid and the one
/// that lists the container. The bytes stay in the account. Every model embeds the blob again, also where only one had failed.
/// </summary>
/// <remarks>
/// A message goes only after its copy was accepted. Who runs this twice finds that the version of a message that was left over is replaced
/// already, and removes it. See the operation Copy Blob, whose source and target may be one blob, and the storage events of Event Grid.
/// </remarks>
/// <param name="queue">The poison queue, without an encoding.</param>
/// <param name="images">The container of the images.</param>
internal sealed class PoisonReplay(QueueClient queue, BlobContainerClient images)
{
    /// <summary>
    /// How long messages are hidden from others while this works on them; after a crash they are visible again after that.
    /// </summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMinutes(5);

    private const int MaxMessages = 32;
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(30);

    /// <summary>Replays what was in the queue when this began; what fails again meanwhile waits for the next call.</summary>
    /// <param name="selected">Which of this app's messages.</param>
    /// <param name="progress">Receives each message that was replayed, removed or left for a reason.</param>
    /// <param name="cancellationToken">Ends the work early; what was not reached stays in the queue.</param>
    /// <exception cref="RequestFailedException">
    /// Storage cannot be reached, or the caller may not do this. Also where all was done, and only a message that stays could not be
    /// released: it stays hidden for as long as <see cref="Hold"/>.
    /// </exception>
    public async Task<IReadOnlyList<ReplayResult>> RunAsync(
        Predicate<PoisonMessage> selected, IProgress<ReplayResult>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selected);
        var results = new List<ReplayResult>();
        var held = new Dictionary<string, QueueMessage>(StringComparer.Ordinal);
        try
        {
            if (await StartAsync(cancellationToken).ConfigureAwait(false) is { } start)
            {
                var run = new Run(start, selected, [], held);
                bool more = true;
                while (more)
                {
                    more = false;
                    QueueMessage[] batch = await queue.ReceiveMessagesAsync(MaxMessages, Hold, cancellationToken).ConfigureAwait(false);

                    // All of it is hidden from others from now on, and has to be released, also after an error.
                    foreach (QueueMessage message in batch)
                    {
                        more |= held.TryAdd(message.MessageId, message);
                        held[message.MessageId] = message;
                    }

                    foreach (QueueMessage message in batch)
                    {
                        if (await HandleAsync(message, run, cancellationToken).ConfigureAwait(false) is { } result)
                        {
                            results.Add(result);
                            progress?.Report(result);
                        }
                    }
                }
            }
        }
        catch
        {
            // This error is the one to report; a message that cannot be released has the same cause most often, and is visible again later.
            await ReleaseAsync(held.Values).ConfigureAwait(false);
            throw;
        }

        if (await ReleaseAsync(held.Values).ConfigureAwait(false) is { } unreleased)
        {
            ExceptionDispatchInfo.Throw(unreleased);
        }

        return results;
    }

    /// <summary>Storage's own clock, by which messages are dated; null where there is no queue, and so nothing to do.</summary>
    private async Task<DateTimeOffset?> StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Response<QueueProperties> properties = await queue.GetPropertiesAsync(cancellationToken).ConfigureAwait(false);
            return properties.GetRawResponse().Headers.Date ?? DateTimeOffset.UtcNow;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            return null;
        }
    }

    /// <returns>Null for a message that was not asked for.</returns>
    private async Task<ReplayResult?> HandleAsync(QueueMessage received, Run run, CancellationToken cancellationToken)
    {
        if (!run.Handled.Add(received.MessageId) || received.InsertedOn > run.Start)
        {
            return null;
        }

        string text = PoisonMessage.Decode(received.Body.ToString());
        if (!PoisonMessage.TryParse(text, out PoisonMessage? message, out string? fault))
        {
            return new ReplayResult(received.MessageId, null, ReplayOutcome.Unknown, fault);
        }

        if (!run.Selected(message))
        {
            return null;
        }

        ReplayedBlob replayed = run.Copied.Contains((message.Id.Name, message.ETag))
            ? new ReplayedBlob(ReplayOutcome.Replayed)
            : await ReplayedBlob.CopyAsync(images.GetBlobClient(message.Id.Name), message.ETag, cancellationToken).ConfigureAwait(false);
        if (replayed.Outcome != ReplayOutcome.Refused)
        {
            if (replayed.Outcome == ReplayOutcome.Replayed)
            {
                run.Copied.Add((message.Id.Name, message.ETag));
            }

            await DeleteAsync(received, cancellationToken).ConfigureAwait(false);
            run.Held.Remove(received.MessageId);
        }

        return new ReplayResult(received.MessageId, message, replayed.Outcome, replayed.Detail);
    }

    private async Task DeleteAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException taken) when (IsTaken(taken))
        {
            // It took so long that another reader has the message by now, and will find that the version is replaced.
        }
    }

    /// <summary>
    /// Makes the messages that stay visible at once, also after a cancellation. Each is tried: one that cannot be released is visible again
    /// by itself when the hold ends, and does not keep the others.
    /// </summary>
    /// <returns>The first error; null where there was none.</returns>
    private async Task<Exception?> ReleaseAsync(IEnumerable<QueueMessage> messages)
    {
        using var limit = new CancellationTokenSource(ReleaseLimit);
        Exception? first = null;
        foreach (QueueMessage message in messages)
        {
            try
            {
                await queue.UpdateMessageAsync(
                    message.MessageId, message.PopReceipt, (string?)null, TimeSpan.Zero, limit.Token).ConfigureAwait(false);
            }
            catch (RequestFailedException taken) when (IsTaken(taken))
            {
                // It is visible again already.
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                // It takes too long; the rest is visible again when the hold ends.
                break;
            }
            catch (Exception exception)
            {
                first ??= exception;
            }
        }

        return first;
    }

    private static bool IsTaken(RequestFailedException failed) =>
        failed.ErrorCode == QueueErrorCode.MessageNotFound || failed.ErrorCode == QueueErrorCode.PopReceiptMismatch;

    private sealed record Run(
        DateTimeOffset Start, Predicate<PoisonMessage> Selected, HashSet<string> Handled, Dictionary<string, QueueMessage> Held)
    {
        /// <summary>The versions that were copied: several functions' messages about one need one copy.</summary>
        public HashSet<(string Name, string ETag)> Copied { get; } = [];
    }
}
