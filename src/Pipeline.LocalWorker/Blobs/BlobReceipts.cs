using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalWorker.Hosting;

namespace Pipeline.LocalWorker.Blobs;

/// <summary>
/// Which versions of which blobs a function is done with, kept where the host keeps it: container <c>azure-webjobs-hosts</c>,
/// <c>blobreceipts/HOSTID/Host.Functions.NAME/"ETAG"/CONTAINER/BLOB</c>. Read once at start and from then on held in memory too.
/// </summary>
internal sealed class BlobReceipts(StorageConnections connections, IConfiguration configuration, Function function, string container)
{
    private readonly BlobContainerClient _hosts = connections.Blobs(null).GetBlobContainerClient("azure-webjobs-hosts");

    // Core Tools derives the id from machine and folder; ours is fixed unless the host's own setting names one.
    private readonly string _prefix =
        $"blobreceipts/{configuration["AzureFunctionsWebHost:hostid"] ?? "pipeline-local"}/{function.Id}/";

    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _hosts.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await foreach (BlobItem receipt in _hosts.GetBlobsAsync(new GetBlobsOptions { Prefix = _prefix }, cancellationToken))
        {
            Add(receipt.Name);
        }
    }

    public bool Has(string name, string etag)
    {
        lock (_done)
        {
            return _done.Contains(PathOf(name, etag));
        }
    }

    public async Task WriteAsync(string name, string etag, CancellationToken cancellationToken)
    {
        string path = PathOf(name, etag);

        // A name of 1,024 characters leaves no room for the rest of the path. Such a blob is remembered by this process only; functions
        // bear a second run, as they must for any blob.
        if (path.Length <= 1024)
        {
            await _hosts.GetBlobClient(path).UploadAsync(BinaryData.Empty, overwrite: true, cancellationToken);
        }

        Add(path);
    }

    private string PathOf(string name, string etag) => $"{_prefix}{etag}/{container}/{name}";

    private void Add(string path)
    {
        lock (_done)
        {
            _done.Add(path);
        }
    }
}
