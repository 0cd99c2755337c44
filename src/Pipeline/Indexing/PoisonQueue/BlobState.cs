using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Indexing.PoisonQueue;

/// <summary>What a blob is now, compared with the version that failed.</summary>
/// <param name="Presence">Whether it is that version.</param>
/// <param name="Properties">Its properties; null where it is gone.</param>
internal sealed record BlobState(BlobPresence Presence, BlobProperties? Properties)
{
    /// <summary>Reads a blob's properties.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="etag">The version that failed, with its quotes.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public static async Task<BlobState> ReadAsync(BlobClient blob, string etag, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return new BlobState(properties.ETag.ToString("H") == etag ? BlobPresence.Current : BlobPresence.Replaced, properties);
        }
        catch (RequestFailedException gone) when (
            gone.Status == (int)HttpStatusCode.NotFound || gone.ErrorCode is "InvalidUri" or "InvalidResourceName" or "OutOfRangeInput")
        {
            // A name that storage does not accept names no blob either.
            return new BlobState(BlobPresence.Gone, null);
        }
    }
}
