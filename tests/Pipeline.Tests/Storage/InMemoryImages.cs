using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Tests.Storage;

/// <summary>A container whose listing is in memory, in the order of the service, 5,000 a page. Its blobs are never asked.</summary>
internal sealed class InMemoryImages() : BlobContainerClient(
    new Uri("http://127.0.0.1:1/devstoreaccount1/images"), new BlobClientOptions { TrimBlobNameSlashes = false })
{
    private readonly SortedDictionary<string, (string ETag, bool IsFolder)> _blobs = new(StringComparer.Ordinal);

    /// <summary>Called at the start of each listing.</summary>
    public Action BeforeListing { get; set; } = () => { };

    /// <summary>How often it was listed.</summary>
    public int Listings { get; private set; }

    public IEnumerable<(string Name, string ETag)> All => _blobs.Select(blob => (blob.Key, blob.Value.ETag));

    public void Put(string name, string etag, bool isFolder = false) => _blobs[name] = (etag, isFolder);

    public void Remove(string name) => _blobs.Remove(name);

    public override AsyncPageable<BlobItem> GetBlobsAsync(GetBlobsOptions? options = null, CancellationToken cancellationToken = default)
    {
        Listings++;
        BeforeListing();
        IEnumerable<BlobItem> listed = _blobs
            .Where(blob => blob.Key.StartsWith(options?.Prefix ?? "", StringComparison.Ordinal))
            .Select(blob => BlobsModelFactory.BlobItem(
                blob.Key,
                false,
                BlobsModelFactory.BlobItemProperties(accessTierInferred: true, eTag: new ETag(blob.Value.ETag)),
                metadata: blob.Value.IsFolder && options?.Traits.HasFlag(BlobTraits.Metadata) == true
                    ? new Dictionary<string, string> { ["hdi_isfolder"] = "true" }
                    : []));
        return AsyncPageable<BlobItem>.FromPages(
            listed.ToArray().Chunk(5_000).Select(page => Page<BlobItem>.FromValues(page, null, new BareResponse(200))));
    }
}
