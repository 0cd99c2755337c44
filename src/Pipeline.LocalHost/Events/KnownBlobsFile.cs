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
/// A host that is killed leaves messages hidden in its queue for as long as it had taken them for. So after any end but an orderly one the app
/// is told again of what it was told within that time; of what it is done with, it finds that out by the ETag.
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
            Kept kept = (await JsonSerializer.DeserializeAsync<Kept>(text, cancellationToken: cancellationToken))!;
            return new KnownBlobs(kept.IsComplete ? kept.Versions : WithoutUnfinished(kept.Versions), time);
        }
        catch (RequestFailedException exception) when (exception.Status == StatusCodes.Status404NotFound)
        {
            return new KnownBlobs(new Dictionary<string, KnownVersion>(), time);
        }
    }

    /// <param name="known">What to keep.</param>
    /// <param name="isComplete">Whether this is the orderly end: nothing is left in anybody's hands.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async Task WriteAsync(KnownBlobs known, bool isComplete, CancellationToken cancellationToken)
    {
        await _hosts.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        using var content = new MemoryStream();
        await using (var text = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true))
        {
            await JsonSerializer.SerializeAsync(text, new Kept(isComplete, known.Versions()), cancellationToken: cancellationToken);
        }

        content.Position = 0;
        await _blob.UploadAsync(content, cancellationToken: cancellationToken);
    }

    private Dictionary<string, KnownVersion> WithoutUnfinished(IReadOnlyDictionary<string, KnownVersion> versions)
    {
        DateTimeOffset since = time.GetUtcNow() - Hidden;

        // The name stays: that the blob is gone has to be noticed, too.
        return versions.ToDictionary(version => version.Key, version => version.Value.At > since ? version.Value with { ETag = "" } : version.Value);
    }

    private sealed record Kept(bool IsComplete, IReadOnlyDictionary<string, KnownVersion> Versions);
}
