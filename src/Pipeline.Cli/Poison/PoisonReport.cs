using Pipeline.Indexing.PoisonQueue;

namespace Pipeline.Cli.Poison;

/// <summary>The output of <c>poison list --json</c>.</summary>
/// <param name="Account">The storage account.</param>
/// <param name="Total">The approximate number of messages.</param>
/// <param name="Messages">The first ones.</param>
/// <param name="OfBackfill">The approximate number of messages of a backfill that failed five times; <c>backfill</c> queues them again.</param>
internal sealed record PoisonReport(string Account, int Total, IReadOnlyList<PoisonReportMessage> Messages, int OfBackfill)
{
    public static PoisonReport From(string account, PoisonListing listing, int ofBackfill) =>
        new(account, listing.Total, [.. listing.Blobs.Select(PoisonReportMessage.From)], ofBackfill);
}

/// <summary>A message. If it does not belong to this app, the properties of the blob are null and Fault explains why.</summary>
internal sealed record PoisonReportMessage(
    string Id,
    DateTimeOffset? InsertedOn,
    long DequeueCount,
    string? Function,
    string? Model,
    string? Container,
    string? Blob,
    string? ETag,
    string? Presence,
    string? Reason,
    string? Fault)
{
    public static PoisonReportMessage From(PoisonedBlob blob) => new(
        blob.MessageId,
        blob.InsertedOn,
        blob.DequeueCount,
        blob.Message?.FunctionId,
        blob.Message?.ModelKey,
        blob.Message?.Id.Container,
        blob.Message?.Id.Name,
        blob.Message?.ETag,
        blob.Presence switch
        {
            BlobPresence.Current => "current",
            BlobPresence.Replaced => "replaced",
            BlobPresence.Gone => "gone",
            _ => null,
        },
        blob.Reason,
        blob.Fault);
}
