using Pipeline.Indexing.PoisonQueue;

namespace Pipeline.Cli.Poison;

/// <summary>What <c>poison list --json</c> writes.</summary>
/// <param name="Account">The storage account.</param>
/// <param name="Total">About how many messages there are.</param>
/// <param name="Messages">The first ones.</param>
internal sealed record PoisonReport(string Account, int Total, IReadOnlyList<PoisonReportMessage> Messages)
{
    public static PoisonReport From(string account, PoisonListing listing) =>
        new(account, listing.Total, [.. listing.Blobs.Select(PoisonReportMessage.From)]);
}

/// <summary>A message; what concerns the blob is null where the message is none of this app's, which Fault then explains.</summary>
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
