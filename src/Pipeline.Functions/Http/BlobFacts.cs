using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.AspNetCore.Http;
using Pipeline.Storage;

namespace Pipeline.Functions.Http;

/// <summary>What storage says of a blob.</summary>
/// <param name="Name">The blob's name.</param>
/// <param name="ETag">Its version, without the quotes.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="LastModified">When this version was stored.</param>
/// <param name="Kind">Which kind of blob it is.</param>
/// <param name="Copy">How far a copy onto it is; null where there was none.</param>
internal sealed record BlobFacts(
    string Name, string ETag, long Bytes, DateTimeOffset? LastModified, BlobType? Kind, CopyStatus? Copy)
{
    /// <summary>Of an entry of a listing, which must include copies.</summary>
    public static BlobFacts Of(BlobItem blob) => new(
        blob.Name,
        blob.Properties.ETag?.ToString("H").Trim('"') ?? "",
        blob.Properties.ContentLength ?? 0,
        blob.Properties.LastModified,
        blob.Properties.BlobType,
        blob.Properties.CopyStatus);

    /// <summary>Of a blob that was asked for by its name. The status of one that is no copy reads as pending, too.</summary>
    public static BlobFacts Of(string name, BlobProperties blob) => new(
        name,
        blob.ETag.ToString("H").Trim('"'),
        blob.ContentLength,
        blob.LastModified,
        blob.BlobType,
        string.IsNullOrEmpty(blob.CopyId) ? null : blob.BlobCopyStatus);
}

/// <summary>Asks storage about images by their names.</summary>
internal static class ImagesContainerFacts
{
    /// <summary>What storage says of an image; null where there is none of that name.</summary>
    public static async Task<BlobFacts?> FindFactsAsync(this ImagesContainer images, string name, CancellationToken cancellationToken)
    {
        try
        {
            return images.TryGetBlob(name, out BlobClient? blob)
                ? BlobFacts.Of(name, await blob.GetPropertiesAsync(cancellationToken: cancellationToken))
                : null;
        }
        catch (RequestFailedException gone) when (gone.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }
}
