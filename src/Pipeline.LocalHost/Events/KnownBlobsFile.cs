using System.IO.Compression;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace Pipeline.LocalHost.Events;

/// <summary>
/// Keeps what is known of a container in a blob beside the host's other files, so that what happens while nothing runs is noticed. Written
/// whole and at once; after a crash the last events come a second time, never not at all.
/// </summary>
internal sealed class KnownBlobsFile(BlobServiceClient storage, string hostId, BlobContainerClient container)
{
    private const string HostsContainer = "azure-webjobs-hosts";

    private readonly BlobContainerClient _hosts = storage.GetBlobContainerClient(HostsContainer);
    private readonly BlockBlobClient _blob = storage.GetBlobContainerClient(HostsContainer)
        .GetBlockBlobClient($"local-events/{hostId}/{container.AccountName}/{container.Name}");

    /// <summary>What was kept; nothing where nothing was.</summary>
    public async Task<KnownBlobs> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using Stream content = await _blob.OpenReadAsync(cancellationToken: cancellationToken);
            await using var text = new GZipStream(content, CompressionMode.Decompress);
            return new KnownBlobs(
                await JsonSerializer.DeserializeAsync<Dictionary<string, string>>(text, cancellationToken: cancellationToken) ?? []);
        }
        catch (RequestFailedException exception) when (exception.Status == StatusCodes.Status404NotFound)
        {
            return new KnownBlobs(new Dictionary<string, string>());
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
}
