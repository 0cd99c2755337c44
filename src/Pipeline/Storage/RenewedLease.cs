using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Pipeline.Storage;

/// <summary>
/// A blob's lease, renewed until it is disposed of. One that is not renewed ends within a minute, so a crash stops nobody for longer.
/// </summary>
internal sealed class RenewedLease : IAsyncDisposable
{
    /// <summary>The longest that the service grants, other than for ever.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(15);

    private readonly BlobLeaseClient _lease;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _renewing;

    private RenewedLease(BlobLeaseClient lease, TimeProvider time)
    {
        (_lease, _time) = (lease, time);
        _renewing = RenewAsync();
    }

    /// <summary>Cancelled when the lease could not be renewed in time: whoever works under it must stop.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Acquires the lease of a blob, which is made empty where there is none: a lease needs a blob.</summary>
    /// <param name="container">The blob's container, which is made where there is none.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Null where somebody else has it.</returns>
    public static async Task<RenewedLease?> TryAcquireAsync(
        BlobContainerClient container, BlobClient blob, TimeProvider time, CancellationToken cancellationToken)
    {
        await MakeAsync(container, blob, cancellationToken).ConfigureAwait(false);
        BlobLeaseClient lease = blob.GetBlobLeaseClient();
        try
        {
            await lease.AcquireAsync(Duration, cancellationToken: cancellationToken).ConfigureAwait(false);
            return new RenewedLease(lease, time);
        }
        catch (RequestFailedException held) when (held.ErrorCode == BlobErrorCode.LeaseAlreadyPresent)
        {
            return null;
        }
    }

    /// <summary>What a write has to give.</summary>
    public string Id => _lease.LeaseId;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        try
        {
            await _lease.ReleaseAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RequestFailedException || StorageOutage.Is(exception))
        {
            // It ends by itself within a minute.
        }

        _ended.Dispose();
        _lost.Dispose();
    }

    private static async Task MakeAsync(
        BlobContainerClient container, BlobClient blob, CancellationToken cancellationToken)
    {
        // The container is there in Azure, where the identity may have no right to make one.
        var onlyNew = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
        try
        {
            await blob.UploadAsync(BinaryData.Empty, onlyNew, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            await MakeAsync(container, blob, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException there) when (
            there.ErrorCode == BlobErrorCode.BlobAlreadyExists || there.ErrorCode == BlobErrorCode.ConditionNotMet
            || there.ErrorCode == BlobErrorCode.LeaseIdMissing)
        {
            // It was made before, and may be held.
        }
    }

    private async Task RenewAsync()
    {
        long renewed = _time.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(Renewal, _time, _ended.Token).ConfigureAwait(false);
                try
                {
                    await _lease.RenewAsync(cancellationToken: _ended.Token).ConfigureAwait(false);
                    renewed = _time.GetTimestamp();
                }
                catch (Exception outage) when (StorageOutage.Is(outage) && _time.GetElapsedTime(renewed) < Duration - Renewal)
                {
                    // Another try before it ends.
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The work is done.
        }
        catch (Exception exception) when (exception is RequestFailedException || StorageOutage.Is(exception))
        {
            await _lost.CancelAsync().ConfigureAwait(false);
        }
    }
}
