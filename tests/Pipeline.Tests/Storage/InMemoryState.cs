using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Pipeline.Tests.Storage;

/// <summary>A container of small blobs with leases in memory, with the statuses and error codes that Azurite gives.</summary>
/// <param name="time">The clock by which leases end.</param>
internal sealed class InMemoryState(TimeProvider time) : BlobContainerClient
{
    private readonly ConcurrentDictionary<string, InMemoryBlob> _blobs = new(StringComparer.Ordinal);

    public bool IsThere { get; set; }

    public override string Name => "index-state";

    public override BlobClient GetBlobClient(string blobName) => Blob(blobName);

    /// <summary>The names of the blobs that are there.</summary>
    public string[] Names =>
        [.. _blobs.Where(blob => blob.Value.Content is not null).Select(blob => blob.Key).Order(StringComparer.Ordinal)];

    public InMemoryBlob Blob(string name) => _blobs.GetOrAdd(name, _ => new InMemoryBlob(this, time));

    public override AsyncPageable<BlobItem> GetBlobsAsync(GetBlobsOptions options, CancellationToken cancellationToken = default)
    {
        BlobItem[] items = IsThere
            ?
            [
                .. Names.Where(name => name.StartsWith(options.Prefix ?? "", StringComparison.Ordinal))
                    .Select(name => BlobsModelFactory.BlobItem(name)),
            ]
            : throw new RequestFailedException(404, "", $"{BlobErrorCode.ContainerNotFound}", null);
        return AsyncPageable<BlobItem>.FromPages([Page<BlobItem>.FromValues(items, null, new BareResponse(200))]);
    }

    protected override BlockBlobClient GetBlockBlobClientCore(string blobName) => new InMemoryBlocks(Blob(blobName));

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
    private DateTimeOffset _modified;
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

        Write(content);
        return Task.FromResult(Response.FromValue(
            BlobsModelFactory.BlobContentInfo(new ETag("1"), DateTimeOffset.UnixEpoch, null, null, null, null, 0), new BareResponse(201)));
    }

    public override Task<Response<BlobDownloadResult>> DownloadContentAsync(CancellationToken cancellationToken = default)
    {
        BeforeRead();
        RequireContainer();
        return Task.FromResult(Response.FromValue(
            BlobsModelFactory.BlobDownloadResult(
                Content ?? throw Failed(404, BlobErrorCode.BlobNotFound),
                BlobsModelFactory.BlobDownloadDetails(eTag: Version, lastModified: _modified)),
            new BareResponse(200) { Date = _time.GetUtcNow() }));
    }

    public override Task<Response<BlobDownloadStreamingResult>> DownloadStreamingAsync(
        BlobDownloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        BeforeRead();
        RequireContainer();
        ReadOnlyMemory<byte> bytes = Content?.ToMemory() ?? throw Failed(404, BlobErrorCode.BlobNotFound);
        int offset = (int)Math.Min(options?.Range.Offset ?? 0, int.MaxValue);
        if (offset >= bytes.Length)
        {
            throw Failed(416, BlobErrorCode.InvalidRange);
        }

        bytes = bytes.Slice(offset, (int)Math.Min(options?.Range.Length ?? bytes.Length, bytes.Length - offset));
        return Task.FromResult(Response.FromValue(
            BlobsModelFactory.BlobDownloadStreamingResult(new MemoryStream(bytes.ToArray())), new BareResponse(206)));
    }

    public override Task<Response<bool>> DeleteIfExistsAsync(
        DeleteSnapshotsOption snapshotsOption = DeleteSnapshotsOption.None,
        BlobRequestConditions? conditions = null,
        CancellationToken cancellationToken = default)
    {
        bool wasThere = Content is not null;
        Content = null;
        return Task.FromResult(Response.FromValue(wasThere, new BareResponse(202)));
    }

    public void Write(BinaryData content)
    {
        (Content, _modified) = (content, _time.GetUtcNow());
        _version++;
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

/// <summary>The same blob, written by blocks.</summary>
internal sealed class InMemoryBlocks(InMemoryBlob blob) : BlockBlobClient
{
    private readonly ConcurrentDictionary<string, byte[]> _blocks = new(StringComparer.Ordinal);

    public override Task<Response<BlockInfo>> StageBlockAsync(
        string base64BlockId,
        Stream content,
        BlockBlobStageBlockOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        _blocks[base64BlockId] = copy.ToArray();
        return Task.FromResult(Response.FromValue(BlobsModelFactory.BlockInfo(null, null, null), new BareResponse(201)));
    }

    public override Task<Response<BlobContentInfo>> CommitBlockListAsync(
        IEnumerable<string> base64BlockIds, CommitBlockListOptions? options = null, CancellationToken cancellationToken = default)
    {
        blob.Write(new BinaryData(base64BlockIds.SelectMany(id => _blocks[id]).ToArray()));
        return Task.FromResult(Response.FromValue(
            BlobsModelFactory.BlobContentInfo(new ETag("1"), DateTimeOffset.UnixEpoch, null, null, null, null, 0), new BareResponse(201)));
    }
}
