using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>What to do about the records that do not match the container.</summary>
/// <param name="Scope">Which records.</param>
/// <param name="Holder">Who does it, for others who find that it is done already: <c>./pipeline backfill on HOST</c>.</param>
/// <param name="Rate">How many messages are put into the queue in a second at most; null for no limit.</param>
/// <param name="RemoveAsync">Removes a model's record of an image that is gone; null where that is left to the app, by a message.</param>
internal sealed record BackfillOrder(
    BackfillScope Scope, string Holder, int? Rate = null, Func<ModelVersion, ImageId, CancellationToken, Task>? RemoveAsync = null);

/// <summary>How a backfill began.</summary>
internal enum BackfillStart
{
    /// <summary>With the first image.</summary>
    Fresh,

    /// <summary>Where an earlier one had stopped.</summary>
    Resumed,

    /// <summary>Not at all: what the last one queued is still worked on, and would be queued twice.</summary>
    Underway,
}

/// <summary>What a backfill found and queued.</summary>
/// <param name="Start">How it began.</param>
/// <param name="State">How far it came, which is to the end.</param>
internal sealed record BackfillReport(BackfillStart Start, BackfillState State);
