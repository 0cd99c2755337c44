namespace Pipeline.Indexing.PoisonQueue;

/// <summary>What became of a poison message.</summary>
internal enum ReplayOutcome
{
    /// <summary>The blob was written onto itself, or had been for another message about the same version; the message is removed.</summary>
    Replayed,

    /// <summary>The blob is there in another version, which had an event of its own; the message is removed.</summary>
    Replaced,

    /// <summary>The blob is gone; the message is removed.</summary>
    Gone,

    /// <summary>Storage refused the copy; the message stays.</summary>
    Refused,

    /// <summary>The message is none of this app's; it stays.</summary>
    Unknown,
}

/// <summary>A message of the poison queue and what became of it.</summary>
/// <param name="MessageId">The queue's name for the message.</param>
/// <param name="Message">What it says; null where it is none of this app's.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Detail">Why it stays; null where it was removed.</param>
internal sealed record ReplayResult(string MessageId, PoisonMessage? Message, ReplayOutcome Outcome, string? Detail);
