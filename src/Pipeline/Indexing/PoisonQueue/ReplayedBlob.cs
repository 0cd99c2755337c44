using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Indexing.PoisonQueue;

/// <summary>What came of copying a blob onto itself.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Detail">Why storage refused the copy; null where it did not.</param>
internal sealed record ReplayedBlob(ReplayOutcome Outcome, string? Detail = null)
{
    private static readonly TimeSpan CopyPoll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CopyLimit = TimeSpan.FromMinutes(2);

    /// <summary>Copies a version of a blob onto itself.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="etag">The version; a newer one is left as it is.</param>
    /// <param name="cancellationToken">Ends the wait for the copy.</param>
    public static async Task<ReplayedBlob> CopyAsync(BlobClient blob, string etag, CancellationToken cancellationToken)
    {
        BlobState state = await BlobState.ReadAsync(blob, etag, cancellationToken).ConfigureAwait(false);
        if (state.Presence != BlobPresence.Current)
        {
            return new ReplayedBlob(state.Presence == BlobPresence.Gone ? ReplayOutcome.Gone : ReplayOutcome.Replaced);
        }

        var thisVersion = new BlobRequestConditions { IfMatch = new ETag(etag) };
        try
        {
            var options = new BlobCopyFromUriOptions
            {
                SourceConditions = thisVersion,
                DestinationConditions = thisVersion,

                // Content headers and metadata are copied by default; tags and a tier that was set explicitly are not.
                AccessTier = state.Properties is { AccessTierInferred: false, AccessTier: { Length: > 0 } tier }
                    ? new AccessTier(tier)
                    : (AccessTier?)null,
                Tags = state.Properties!.TagCount > 0
                    ? (await blob.GetTagsAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Value.Tags
                    : null,
            };
            CopyFromUriOperation copy = await blob.StartCopyFromUriAsync(blob.Uri, options, cancellationToken).ConfigureAwait(false);
            return await WaitAsync(blob, copy, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException changed) when (
            changed.ErrorCode is "ConditionNotMet" or "SourceConditionNotMet" or "TargetConditionNotMet")
        {
            return new ReplayedBlob(ReplayOutcome.Replaced);
        }
        catch (RequestFailedException gone) when (gone.Status == (int)HttpStatusCode.NotFound)
        {
            return new ReplayedBlob(ReplayOutcome.Gone);
        }
        catch (RequestFailedException refused) when (refused.Status is 400 or 409 or 412)
        {
            // Leased, archived, under a legal hold: that concerns this blob alone, and the others are still to be copied.
            return new ReplayedBlob(ReplayOutcome.Refused, refused.Message.Split('\n')[0].TrimEnd());
        }
    }

    /// <summary>Within an account a copy is complete when the call returns; where it is not, this waits for it.</summary>
    private static async Task<ReplayedBlob> WaitAsync(BlobClient blob, CopyFromUriOperation copy, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CopyLimit);
        try
        {
            await copy.WaitForCompletionAsync(CopyPoll, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ReplayedBlob(ReplayOutcome.Refused, $"The copy is not done after {CopyLimit.TotalMinutes:0} minutes.");
        }

        BlobProperties after = await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return after.CopyId == copy.Id && after.BlobCopyStatus is CopyStatus.Failed or CopyStatus.Aborted
            ? new ReplayedBlob(ReplayOutcome.Refused, $"The copy failed: {after.CopyStatusDescription}")
            : new ReplayedBlob(ReplayOutcome.Replayed);
    }
}
