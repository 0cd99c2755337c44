using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>
/// The blob <c>backfill.json</c>, which holds the <see cref="BackfillState"/>. Whoever has its lease may go on with the backfill; a lease
/// that is not renewed ends within a minute, so a crash stops nobody for longer.
/// </summary>
/// <param name="container">The container of the app's own state.</param>
/// <param name="time">The clock.</param>
internal sealed class BackfillStateBlob(BlobContainerClient container, TimeProvider time)
{
    private const string Name = "backfill.json";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private readonly BlobClient _blob = container.GetBlobClient(Name);

    /// <summary>The state that was saved last; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It cannot be read: another version of the product, or a hand, wrote it.</exception>
    public async Task<BackfillState?> ReadAsync(CancellationToken cancellationToken)
    {
        BinaryData content;
        try
        {
            BlobDownloadResult downloaded = await _blob.DownloadContentAsync(cancellationToken).ConfigureAwait(false);
            content = downloaded.Content;
        }
        catch (RequestFailedException missing) when (
            missing.ErrorCode == BlobErrorCode.BlobNotFound || missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return null;
        }

        // A lease needs a blob, so one without content comes before the first state.
        return content.ToMemory().IsEmpty ? null : Parse(content);
    }

    /// <summary>Becomes the one that may go on.</summary>
    /// <exception cref="BackfillHeldException">Somebody else is; the message says who.</exception>
    public async Task<RenewedLease> AcquireAsync(CancellationToken cancellationToken) =>
        await RenewedLease.TryAcquireAsync(container, _blob, time, cancellationToken).ConfigureAwait(false)
        ?? throw new BackfillHeldException(await ReadAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Saves the state, if the lease is still held.</summary>
    /// <exception cref="RequestFailedException">It is not: somebody else may be at it by now.</exception>
    public Task WriteAsync(BackfillState state, string leaseId, CancellationToken cancellationToken) => _blob.UploadAsync(
        BinaryData.FromObjectAsJson(state, Options),
        new BlobUploadOptions { Conditions = new BlobRequestConditions { LeaseId = leaseId } },
        cancellationToken);

    private static BackfillState Parse(BinaryData content)
    {
        try
        {
            if (content.ToObjectFromJson<BackfillState>(Options) is
                { Scope: { Prefix: not null, Models: not null }, After: not null, Counts: not null } state)
            {
                return state;
            }
        }
        catch (JsonException exception)
        {
            throw Unreadable(exception);
        }

        throw Unreadable(null);
    }

    private static InvalidDataException Unreadable(Exception? cause) => new(
        $"The blob '{Name}' in the container '{StorageServices.StateContainer}' is not what this version writes. Delete it: the next " +
        "backfill begins anew, and queues nothing that is indexed.",
        cause);
}
