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
/// <remarks>
/// A host that is killed, or that is given too little time to stop, leaves messages hidden in its queue for as long as it had taken them for. So
/// at the next start the app is told again of what it was told within that time; what it is done with, it knows by the ETag.
/// </remarks>
internal sealed class KnownBlobsFile(BlobServiceClient storage, string hostId, BlobContainerClient container, TimeProvider time)
{
    // What the WebJobs SDK hides a message for while it is worked on.
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10);

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
            var kept = (await JsonSerializer.DeserializeAsync<Dictionary<string, KnownVersion>>(text, cancellationToken: cancellationToken))!;
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

        // The name stays: that the blob is gone has to be noticed, too.
        return versions.ToDictionary(version => version.Key, version => version.Value.At > since ? version.Value with { ETag = "" } : version.Value);
    }
}
