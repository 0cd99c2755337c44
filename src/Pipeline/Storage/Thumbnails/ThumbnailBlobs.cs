using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Storage.Thumbnails;

/// <summary>
/// The container of thumbnails, which is made with the first of them where it is missing. All of them can be made again: whoever deletes
/// some loses time only.
/// </summary>
/// <remarks>A storage error is thrown as the client's <see cref="RequestFailedException"/> after its retries. Safe to call from several
/// threads.</remarks>
public sealed class ThumbnailBlobs
{
    /// <summary>The container's name. Not the images': what lies there is indexed.</summary>
    internal const string Container = "thumbnails";

    private readonly BlobContainerClient _container;

    internal ThumbnailBlobs(BlobContainerClient container) => _container = container;

    /// <summary>The JPEG of a thumbnail; null where it was not made yet.</summary>
    internal async Task<ReadOnlyMemory<byte>?> FindAsync(ThumbnailId id, CancellationToken cancellationToken)
    {
        try
        {
            Response<BlobDownloadResult> found = await _container.GetBlobClient(id.BlobName)
                .DownloadContentAsync(cancellationToken).ConfigureAwait(false);
            return found.Value.Content.ToMemory();
        }
        catch (RequestFailedException missing) when (
            missing.ErrorCode == BlobErrorCode.BlobNotFound || missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return null;
        }
    }

    /// <summary>Keeps a thumbnail, and deletes those of other versions of the image.</summary>
    internal async Task WriteAsync(ThumbnailId id, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken)
    {
        try
        {
            await UploadAsync(id, jpeg, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // In Azure it is there, where the identity may have no right to make one.
            await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            await UploadAsync(id, jpeg, cancellationToken).ConfigureAwait(false);
        }

        await KeepOnlyAsync(id.Image, id.ImageETag, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes the thumbnails of all other versions of an image.</summary>
    internal Task KeepOnlyAsync(ImageId image, string imageETag, CancellationToken cancellationToken)
    {
        string version = ThumbnailId.VersionOf(image, imageETag);
        return DeleteAsync(image, name => !name.StartsWith(version, StringComparison.Ordinal), cancellationToken);
    }

    /// <summary>Deletes all thumbnails of an image.</summary>
    internal Task DeleteAsync(ImageId image, CancellationToken cancellationToken) => DeleteAsync(image, _ => true, cancellationToken);

    /// <summary>Deletes one.</summary>
    internal Task DeleteAsync(ThumbnailId id, CancellationToken cancellationToken) =>
        _container.GetBlobClient(id.BlobName).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    private async Task DeleteAsync(ImageId image, Predicate<string> selected, CancellationToken cancellationToken)
    {
        try
        {
            var thumbnails = new GetBlobsOptions { Prefix = ThumbnailId.FolderOf(image) };
            await foreach (BlobItem blob in _container.GetBlobsAsync(thumbnails, cancellationToken).ConfigureAwait(false))
            {
                if (selected(blob.Name))
                {
                    await _container.GetBlobClient(blob.Name)
                        .DeleteIfExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // None was ever made.
        }
    }

    private Task<Response<BlobContentInfo>> UploadAsync(ThumbnailId id, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken) =>
        _container.GetBlobClient(id.BlobName).UploadAsync(
            BinaryData.FromBytes(jpeg),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "image/jpeg" } },
            cancellationToken);
}
