using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Imaging;

namespace Pipeline.Storage;

/// <summary>A stored image as it is now: its bytes; or why they were not read; or neither, where the version was known already.</summary>
/// <param name="ImageETag">The blob's ETag.</param>
/// <param name="Bytes">All of them.</param>
/// <param name="Rejection">That they are too many.</param>
internal sealed record StoredImage(string ImageETag, byte[]? Bytes, ImageRejection? Rejection)
{
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
            var options = new BlobDownloadOptions
            {
                Conditions = knownETag is null ? null : new BlobRequestConditions { IfNoneMatch = new ETag(knownETag) },
            };
            Response<BlobDownloadStreamingResult> response =
                await blob.DownloadStreamingAsync(options, cancellationToken).ConfigureAwait(false);
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

            byte[] bytes = new byte[length];
            await download.Content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return new StoredImage(imageETag, bytes, null);
        }
        catch (RequestFailedException gone) when (gone.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
