using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Storage;

/// <summary>The container whose images are indexed, and the one place that turns an image's name into its blob.</summary>
/// <remarks>
/// A name is part of an address, and an address loses its <c>.</c> and <c>..</c> before it is sent: <c>../x</c> is another container, and
/// <c>a/../b.jpg</c> is the image <c>b.jpg</c>. Storage itself takes a backslash for a slash. Such names are refused, so that an image has
/// one name only. A slash at either end belongs to a name (<c>/x.jpg</c> is not <c>x.jpg</c>), so the container's client has to be made
/// with <see cref="BlobClientOptions.TrimBlobNameSlashes"/> false; from one that trims, these names are refused too, rather than taken for
/// another image.
/// </remarks>
/// <param name="container">The container.</param>
public sealed class ImagesContainer(BlobContainerClient container)
{
    /// <summary>The name of the container whose images are indexed.</summary>
    public const string DefaultName = "images";

    /// <summary>The container's name.</summary>
    public string Name => container.Name;

    /// <summary>Finds the blob that a name means, without asking storage whether it is there.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="blob">Its blob.</param>
    /// <returns>False where no blob of this container can be reached by that name.</returns>
    public bool TryGetBlob(string name, [NotNullWhen(true)] out BlobClient? blob)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        blob = container.GetBlobClient(name);
        var address = new BlobUriBuilder(blob.Uri, trimBlobNameSlashes: false);
        if (address.BlobContainerName != container.Name || address.BlobName != name || name.Contains('\\', StringComparison.Ordinal))
        {
            blob = null;
        }

        return blob is not null;
    }

    /// <summary>The blob that a name means.</summary>
    /// <param name="name">The image's name.</param>
    /// <exception cref="InvalidDataException">No blob of this container can be reached by that name.</exception>
    public BlobClient GetBlob(string name) => TryGetBlob(name, out BlobClient? blob)
        ? blob
        : throw new InvalidDataException(
            $"No image of the container '{Name}' can be called '{name}': an address loses '.' and '..' between slashes, and a backslash " +
            "becomes a slash. Give it another name.");

    /// <summary>
    /// The versions of all images, in the order of their names, 5,000 a call. Where there is no container there are none. Left out are
    /// folders of accounts with a hierarchical namespace, of which a listing has blobs without content.
    /// </summary>
    /// <param name="prefix">What their names begin with, null or empty for all.</param>
    /// <param name="cancellationToken">Ends the listing early.</param>
    internal async IAsyncEnumerable<ListedBlob> ListAsync(string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem blob in ListAsync(prefix, BlobTraits.Metadata, cancellationToken).ConfigureAwait(false))
        {
            yield return new ListedBlob(blob.Name, blob.Properties.ETag?.ToString("H") ?? "");
        }
    }

    /// <summary>All images that have metadata or index tags, with these.</summary>
    /// <param name="cancellationToken">Ends the listing early.</param>
    internal async IAsyncEnumerable<TaggedBlob> ListTaggedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem blob in ListAsync(null, BlobTraits.Metadata | BlobTraits.Tags, cancellationToken).ConfigureAwait(false))
        {
            if (blob.Metadata is { Count: > 0 } || blob.Tags is { Count: > 0 })
            {
                yield return new TaggedBlob(
                    blob.Name, blob.Metadata ?? new Dictionary<string, string>(), blob.Tags ?? new Dictionary<string, string>());
            }
        }
    }

    private async IAsyncEnumerable<BlobItem> ListAsync(
        string? prefix, BlobTraits traits, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerator<BlobItem> blobs = container
            .GetBlobsAsync(new GetBlobsOptions { Prefix = prefix, Traits = traits }, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (blobs.ConfigureAwait(false))
        {
            while (await MoveNextAsync(blobs).ConfigureAwait(false))
            {
                if (!IsFolder(blobs.Current))
                {
                    yield return blobs.Current;
                }
            }
        }
    }

    private static bool IsFolder(BlobItem blob) =>
        blob.Metadata?.TryGetValue("hdi_isfolder", out string? folder) == true
        && string.Equals(folder, "true", StringComparison.OrdinalIgnoreCase);

    private static async Task<bool> MoveNextAsync(IAsyncEnumerator<BlobItem> blobs)
    {
        try
        {
            return await blobs.MoveNextAsync().ConfigureAwait(false);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return false;
        }
    }
}
