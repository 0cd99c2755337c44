using System.IO.Compression;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace Pipeline.LocalHost.Events;

/// <summary>
/// Saves what is known of a container in a blob beside the host's other files, so that changes are noticed that happen while the host does
/// not run. It is written in one call; after a crash the last events are sent a second time, but none is lost.
/// </summary>
/// <remarks>
/// A host that is killed, or that has too little time to stop, leaves messages in its queue that stay hidden until their visibility timeout
/// ends. So at the next start the events from within that time are sent again; the app recognises by the ETag what it has already
/// processed.
/// </remarks>
internal sealed class KnownBlobsFile(BlobServiceClient storage, string hostId, BlobContainerClient container, TimeProvider time)
{
    // The visibility timeout of the WebJobs SDK while a message is processed.
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10);

    private const string HostsContainer = "azure-webjobs-hosts";

    private readonly BlobContainerClient _hosts = storage.GetBlobContainerClient(HostsContainer);
    private readonly BlockBlobClient _blob = storage.GetBlobContainerClient(HostsContainer)
        .GetBlockBlobClient($"local-events/{hostId}/{container.AccountName}/{container.Name}");

    /// <summary>What was saved; empty if nothing was.</summary>
    public async Task<KnownBlobs> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using Stream content = await _blob.OpenReadAsync(cancellationToken: cancellationToken);
            await using var text = new GZipStream(content, CompressionMode.Decompress);
            var kept =
                (await JsonSerializer.DeserializeAsync<Dictionary<string, KnownVersion>>(text, cancellationToken: cancellationToken))!;
            return new KnownBlobs(WithoutUnfinished(kept), time);
        }
        catch (RequestFailedException exception) when (exception.Status == StatusCodes.Status404NotFound)
        {
            return new KnownBlobs(new Dictionary<string, KnownVersion>(), time);
        }
    }

    public async Task WriteAsync(KnownBlobs known, CancellationToken cancellationToken)
    {
        await _hosts.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        using var content = new MemoryStream();
        await using (var text = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true))
        {
            await JsonSerializer.SerializeAsync(text, known.Versions(), cancellationToken: cancellationToken);
        }

        content.Position = 0;
        await _blob.UploadAsync(content, cancellationToken: cancellationToken);
    }

    private Dictionary<string, KnownVersion> WithoutUnfinished(Dictionary<string, KnownVersion> versions)
    {
        DateTimeOffset since = time.GetUtcNow() - Hidden;

        // The name stays, so that a deletion of the blob is noticed too.
        return versions.ToDictionary(
            version => version.Key, version => version.Value.At > since ? version.Value with { ETag = "" } : version.Value);
    }
}
