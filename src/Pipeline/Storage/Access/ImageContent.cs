using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Imaging;

namespace Pipeline.Storage.Access;

/// <summary>A stored image whose bytes are being read, whatever they are: one that is too large to be indexed has bytes, too.</summary>
/// <param name="ETag">Its version, in quotes.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="LastModified">When this version was stored.</param>
/// <param name="Bytes">Its bytes from the first on, read from storage as they are read here.</param>
internal sealed record ImageContent(string ETag, long Length, DateTimeOffset LastModified, Stream Bytes) : IAsyncDisposable
{
    /// <summary>Begins to read an image.</summary>
    /// <param name="blob">Where it is.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Null if there is no such blob.</returns>
    /// <exception cref="InvalidImageException">Storage does not hand out the blob; it is named.</exception>
    public static async Task<ImageContent?> OpenAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        try
        {
            BlobDownloadStreamingResult download = await blob
                .DownloadStreamingAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            if (StoredImage.IsBeingCopied(download.Details))
            {
                download.Dispose();
                throw new InvalidImageException(new ImageRejection(ImageFault.Unreadable, StoredImage.CopyReason), blob.Name);
            }

            return new ImageContent(
                download.Details.ETag.ToString(), download.Details.ContentLength, download.Details.LastModified, download.Content);
        }
        catch (RequestFailedException gone) when (gone.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (RequestFailedException archived) when (StoredImage.IsArchived(archived))
        {
            throw new InvalidImageException(StoredImage.Archived(archived.ErrorCode), blob.Name);
        }
    }

    public ValueTask DisposeAsync() => Bytes.DisposeAsync();
}
