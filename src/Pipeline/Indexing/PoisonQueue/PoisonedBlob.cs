namespace Pipeline.Indexing.PoisonQueue;

/// <summary>How the blob that a poison message names is now.</summary>
internal enum BlobPresence
{
    /// <summary>It is there in the version that failed.</summary>
    Current,

    /// <summary>It is there in another version, which had an event of its own.</summary>
    Replaced,

    /// <summary>It is gone.</summary>
    Gone,
}

/// <summary>A message of the poison queue, and what else is known of its blob.</summary>
/// <param name="MessageId">The queue's name for the message.</param>
/// <param name="InsertedOn">When the host gave up.</param>
/// <param name="DequeueCount">How often the message was taken from the queue, and put back.</param>
/// <param name="Message">What it says; null where it is none of this app's.</param>
/// <param name="Fault">Why it is none of this app's; null where it is.</param>
/// <param name="Reason">Why that version could not be embedded; null where no reason is recorded, as after a failure that passes.</param>
/// <param name="Presence">The blob now; null where the message is none of this app's.</param>
internal sealed record PoisonedBlob(
    string MessageId,
    DateTimeOffset? InsertedOn,
    long DequeueCount,
    PoisonMessage? Message,
    string? Fault,
    string? Reason,
    BlobPresence? Presence);

/// <summary>The front of the poison queue.</summary>
/// <param name="Blobs">The first messages, at most 32: more cannot be seen without taking them.</param>
/// <param name="Total">About how many messages there are.</param>
internal sealed record PoisonListing(IReadOnlyList<PoisonedBlob> Blobs, int Total);
