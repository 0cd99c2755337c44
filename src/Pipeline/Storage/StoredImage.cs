using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Imaging;

namespace Pipeline.Storage;

/// <summary>A stored image as it is now: its bytes; or why they were not read; or neither, where the version was known already.</summary>
/// <param name="ImageETag">The blob's ETag.</param>
/// <param name="Bytes">All of them.</param>
/// <param name="Rejection">That they are too many, or that storage does not hand them out.</param>
internal sealed record StoredImage(string ImageETag, byte[]? Bytes, ImageRejection? Rejection)
{
    /// <summary>The blob's own metadata; of one whose version was known already it is not read.</summary>
    public IDictionary<string, string> Metadata { get; private init; } = new Dictionary<string, string>();

    /// <summary>How many index tags the blob has.</summary>
    public long IndexTags { get; private init; }

    /// <summary>Reads an image; of one that is too large only the length.</summary>
    /// <param name="blob">Where it is.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="knownETag">A version that need not be read again, or null.</param>
    /// <param name="cancellationToken">Ends the download early.</param>
    /// <returns>Null if there is no such blob.</returns>
    public static async Task<StoredImage?> DownloadAsync(
        BlobClient blob, ImageLimits limits, string? knownETag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        ArgumentNullException.ThrowIfNull(limits);
        try
        {
            return await ReadAsync(blob, limits, knownETag, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException gone) when (gone.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static async Task<StoredImage> ReadAsync(
        BlobClient blob, ImageLimits limits, string? knownETag, CancellationToken cancellationToken)
    {
        var options = new BlobDownloadOptions
        {
            Conditions = knownETag is null ? null : new BlobRequestConditions { IfNoneMatch = new ETag(knownETag) },
        };
        Response<BlobDownloadStreamingResult> response;
        try
        {
            response = await blob.DownloadStreamingAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException archived) when (IsArchived(archived))
        {
            // Moving a blob to the archive tier does not make another version of it: what is known of it stays true.
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            string version = properties.ETag.ToString();
            return new StoredImage(version, null, version == knownETag ? null : Archived(archived.ErrorCode));
        }

        if (knownETag is not null && response.GetRawResponse().Status == (int)HttpStatusCode.NotModified)
        {
            return new StoredImage(knownETag, null, null);
        }

        using BlobDownloadStreamingResult download = response.Value;
        string imageETag = download.Details.ETag.ToString();
        long length = download.Details.ContentLength;
        if (length > limits.MaxBytes)
        {
            return new StoredImage(imageETag, null, limits.TooManyBytes(length));
        }

        if (IsBeingCopied(download.Details))
        {
            return new StoredImage(imageETag, null, new ImageRejection(ImageFault.Unreadable, CopyReason));
        }

        byte[] bytes = new byte[length];
        await download.Content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return new StoredImage(imageETag, bytes, null) { Metadata = download.Details.Metadata, IndexTags = download.Details.TagCount };
    }

    /// <summary>Why an image cannot be read while a copy onto its blob is under way, and what to do.</summary>
    internal const string CopyReason =
        "A copy onto this blob is under way. Wait for its end; if the image is not indexed a minute later, upload it again.";

    /// <summary>
    /// Whether a copy onto a blob is under way: storage reports the blob as created when that begins, and what can be read then is not the
    /// image.
    /// </summary>
    internal static bool IsBeingCopied(BlobDownloadDetails blob) =>

        // The status of a blob that is no copy reads as pending, too.
        blob is { CopyId.Length: > 0, CopyStatus: CopyStatus.Pending };

    /// <summary>Whether a read failed because the blob is in the archive tier, or on its way out of it.</summary>
    internal static bool IsArchived(RequestFailedException failed) =>
        failed.ErrorCode == BlobErrorCode.BlobArchived || failed.ErrorCode == BlobErrorCode.BlobBeingRehydrated;

    /// <summary>Why such a blob cannot be read, and what to do.</summary>
    internal static ImageRejection Archived(string? errorCode) => new(
        ImageFault.Unreadable,
        errorCode == BlobErrorCode.BlobArchived
            ? "The blob is in the archive tier, where nothing can be read. Move it to the hot, cool or cold tier, and then run " +
                "./pipeline backfill --retry-refused, or upload it again."
            : "The blob is being moved out of the archive tier, which may take 15 hours. Run ./pipeline backfill --retry-refused when " +
                "that is done, or upload it again.");
}
