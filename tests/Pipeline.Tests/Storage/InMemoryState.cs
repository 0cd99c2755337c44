using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Pipeline.Tests.Storage;

/// <summary>A container of small blobs with leases in memory, with the statuses and error codes that Azurite gives.</summary>
/// <param name="time">The clock by which leases end.</param>
internal sealed class InMemoryState(TimeProvider time) : BlobContainerClient
{
    private readonly Dictionary<string, InMemoryBlob> _blobs = new(StringComparer.Ordinal);

    public bool IsThere { get; set; }

    public override string Name => "index-state";

    public override BlobClient GetBlobClient(string blobName) => Blob(blobName);

    public InMemoryBlob Blob(string name) =>
        _blobs.TryGetValue(name, out InMemoryBlob? blob) ? blob : _blobs[name] = new InMemoryBlob(this, time);

    public override Task<Response<BlobContainerInfo>> CreateIfNotExistsAsync(
        PublicAccessType publicAccessType = PublicAccessType.None,
        IDictionary<string, string>? metadata = null,
        BlobContainerEncryptionScopeOptions? encryptionScopeOptions = null,
        CancellationToken cancellationToken = default)
    {
        IsThere = true;
        return Task.FromResult(Response.FromValue(
            BlobsModelFactory.BlobContainerInfo(new ETag("1"), DateTimeOffset.UnixEpoch), new BareResponse(201)));
    }
}

/// <summary>One blob of <see cref="InMemoryState"/>.</summary>
internal sealed class InMemoryBlob(InMemoryState container, TimeProvider time) : BlobClient
{
    private readonly TimeProvider _time = time;
    private string? _lease;
    private int _version;
    private DateTimeOffset _leasedUntil;

    public BinaryData? Content { get; set; }

    private ETag Version => new($"{_version}");

    /// <summary>Called before a lease is renewed, and before content is written under one. May throw.</summary>
    public Action<string> Before { get; set; } = _ => { };

    /// <summary>Called before content is read. May throw.</summary>
    public Action BeforeRead { get; set; } = () => { };

    public override Task<Response<BlobContentInfo>> UploadAsync(
        BinaryData content, BlobUploadOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireContainer();
        if (options.Conditions?.IfMatch is { } known && known != Version)
        {
            throw Failed(412, BlobErrorCode.ConditionNotMet);
        }

        if (Content is not null && options.Conditions?.IfNoneMatch == ETag.All)
        {
            throw Failed(409, BlobErrorCode.BlobAlreadyExists);
        }

        string? lease = options.Conditions?.LeaseId;
        if (IsLeased && lease is null)
        {
            throw Failed(412, BlobErrorCode.LeaseIdMissing);
        }

        if (lease is not null)
        {
            Before("write");
            RequireLease(lease);
        }

        Content = content;
        _version++;
        return Task.FromResult(Response.FromValue(
            BlobsModelFactory.BlobContentInfo(new ETag("1"), DateTimeOffset.UnixEpoch, null, null, null, null, 0), new BareResponse(201)));
    }

    public override Task<Response<BlobDownloadResult>> DownloadContentAsync(CancellationToken cancellationToken = default)
    {
        BeforeRead();
        RequireContainer();
        return Task.FromResult(Response.FromValue(
            BlobsModelFactory.BlobDownloadResult(
                Content ?? throw Failed(404, BlobErrorCode.BlobNotFound), BlobsModelFactory.BlobDownloadDetails(eTag: Version)),
            new BareResponse(200)));
    }

    protected override BlobLeaseClient GetBlobLeaseClientCore(string leaseId) => new Lease(this, leaseId ?? Guid.NewGuid().ToString());

    private bool IsLeased => _lease is not null && _time.GetUtcNow() < _leasedUntil;

    private void RequireContainer()
    {
        if (!container.IsThere)
        {
            throw Failed(404, BlobErrorCode.ContainerNotFound);
        }
    }

    private void RequireLease(string id)
    {
        if (_lease != id)
        {
            throw Failed(409, BlobErrorCode.LeaseIdMismatchWithLeaseOperation);
        }
    }

    private static RequestFailedException Failed(int status, BlobErrorCode code) => new(status, code.ToString(), code.ToString(), null);

    private sealed class Lease(InMemoryBlob blob, string id) : BlobLeaseClient
    {
        public override string LeaseId => id;

        public override Task<Response<BlobLease>> AcquireAsync(
            TimeSpan duration, RequestConditions? conditions = null, CancellationToken cancellationToken = default)
        {
            if (blob.IsLeased)
            {
                throw Failed(409, BlobErrorCode.LeaseAlreadyPresent);
            }

            blob._lease = id;
            return Hold(duration);
        }

        public override Task<Response<BlobLease>> RenewAsync(
            RequestConditions? conditions = null, CancellationToken cancellationToken = default)
        {
            blob.Before("renew");
            blob.RequireLease(id);
            return Hold(TimeSpan.FromSeconds(60));
        }

        public override Task<Response<ReleasedObjectInfo>> ReleaseAsync(
            RequestConditions? conditions = null, CancellationToken cancellationToken = default)
        {
            blob.RequireLease(id);
            blob._lease = null;
            return Task.FromResult(Response.FromValue(
                new ReleasedObjectInfo(new ETag("1"), DateTimeOffset.UnixEpoch), new BareResponse(200)));
        }

        private Task<Response<BlobLease>> Hold(TimeSpan duration)
        {
            blob._leasedUntil = blob._time.GetUtcNow() + duration;
            return Task.FromResult(Response.FromValue(
                BlobsModelFactory.BlobLease(new ETag("1"), DateTimeOffset.UnixEpoch, id), new BareResponse(201)));
        }
    }
}
