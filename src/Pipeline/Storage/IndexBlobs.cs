using System.Buffers;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Pipeline.Storage;

/// <summary>A small blob as it was read.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Age">How long ago it was written, by the service's clock alone.</param>
internal sealed record ReadBlob(BinaryData Content, TimeSpan Age);

/// <summary>The files of saved indexes: blobs <c>indexes/{model}-{fingerprint}/{file}</c> in the container of the app's own state.</summary>
/// <remarks>
/// Safe to call from several threads. A storage error is thrown as the client's <see cref="RequestFailedException"/> after its retries.
/// </remarks>
/// <param name="container">The container of the app's own state.</param>
internal sealed class IndexBlobs(BlobContainerClient container)
{
    /// <summary>
    /// Bytes of a part, of all but the last. A request of this size takes a tenth of a second where the line is fast, and a try has 20
    /// seconds where it is slow. Saved segments have a hash of each part: with another length they are another format.
    /// </summary>
    public const int PartLength = 8_000_000;

    // Requests side by side for one file; what they hold in memory is so many parts.
    private const int Transfers = 8;

    /// <summary>How many parts a file of this length has.</summary>
    public static int CountParts(long length) => (int)((length + PartLength - 1) / PartLength);

    /// <summary>A small file; null where there is none.</summary>
    public async Task<ReadBlob?> FindAsync(ModelVersion version, string file, CancellationToken cancellationToken)
    {
        try
        {
            Response<BlobDownloadResult> found = await BlobOf(version, file).DownloadContentAsync(cancellationToken).ConfigureAwait(false);
            TimeSpan age = found.GetRawResponse().Headers.Date is { } now && now > found.Value.Details.LastModified
                ? now - found.Value.Details.LastModified
                : TimeSpan.Zero;
            return new ReadBlob(found.Value.Content, age);
        }
        catch (RequestFailedException missing) when (
            missing.ErrorCode == BlobErrorCode.BlobNotFound || missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return null;
        }
    }

    /// <summary>Becomes the only one that may write a file, which is made empty where there is none.</summary>
    /// <returns>Null where somebody else may.</returns>
    public Task<RenewedLease?> TryLeaseAsync(
        ModelVersion version, string file, TimeProvider time, CancellationToken cancellationToken) =>
        RenewedLease.TryAcquireAsync(container, BlobOf(version, file), time, cancellationToken);

    /// <summary>Writes a small file of which the lease is held.</summary>
    /// <exception cref="RequestFailedException">Among others: the lease is no longer held.</exception>
    public Task WriteAsync(
        ModelVersion version, string file, BinaryData content, string leaseId, CancellationToken cancellationToken) =>
        BlobOf(version, file).UploadAsync(
            content, new BlobUploadOptions { Conditions = new BlobRequestConditions { LeaseId = leaseId } }, cancellationToken);

    /// <summary>Writes a file by parts, some of them side by side.</summary>
    /// <param name="version">Whose index.</param>
    /// <param name="file">The file.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="unit">Parts are so many bytes, or a multiple of that.</param>
    /// <param name="fill">Fills a part: where it begins, and its bytes.</param>
    /// <param name="cancellationToken">Ends it early; there is no file then.</param>
    public async Task WriteAsync(
        ModelVersion version,
        string file,
        long length,
        int unit,
        Func<long, Memory<byte>, CancellationToken, Task> fill,
        CancellationToken cancellationToken)
    {
        BlockBlobClient blob = container.GetBlockBlobClient(NameOf(version, file));
        (long Offset, int Length)[] parts = Parts(length, Math.Max(1, PartLength / unit) * unit);
        var transfers = new ParallelOptions { MaxDegreeOfParallelism = Transfers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, parts.Length, transfers, async (i, stop) =>
        {
            byte[] bytes = ArrayPool<byte>.Shared.Rent(parts[i].Length);
            try
            {
                await fill(parts[i].Offset, bytes.AsMemory(0, parts[i].Length), stop).ConfigureAwait(false);
                var content = new MemoryStream(bytes, 0, parts[i].Length, writable: false);
                await blob.StageBlockAsync(BlockId(i), content, new BlockBlobStageBlockOptions(), stop).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }).ConfigureAwait(false);
        await blob.CommitBlockListAsync(
            Enumerable.Range(0, parts.Length).Select(BlockId), new CommitBlockListOptions(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a part of a file.</summary>
    /// <returns>False where the file is gone or shorter.</returns>
    public async Task<bool> TryReadAsync(
        ModelVersion version, string file, long offset, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            using BlobDownloadStreamingResult part = await BlobOf(version, file).DownloadStreamingAsync(
                new BlobDownloadOptions { Range = new HttpRange(offset, bytes.Length) }, cancellationToken).ConfigureAwait(false);
            return await part.Content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false) == bytes.Length;
        }
        catch (RequestFailedException gone) when (
            gone.ErrorCode == BlobErrorCode.BlobNotFound || gone.ErrorCode == BlobErrorCode.ContainerNotFound
            || gone.ErrorCode == BlobErrorCode.InvalidRange)
        {
            return false;
        }
    }

    /// <summary>Reads a file by parts of <see cref="PartLength"/>, some of them side by side.</summary>
    /// <param name="version">Whose index.</param>
    /// <param name="file">The file.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="take">Takes a part: where it begins, and its bytes. It is called by several threads. What it throws ends the call.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>False where the file is gone or shorter.</returns>
    public async Task<bool> TryReadAsync(
        ModelVersion version, string file, long length, Action<long, ReadOnlyMemory<byte>> take, CancellationToken cancellationToken)
    {
        (long Offset, int Length)[] parts = Parts(length, PartLength);
        bool isWhole = true;
        var transfers = new ParallelOptions { MaxDegreeOfParallelism = Transfers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, parts.Length, transfers, async (i, stop) =>
        {
            byte[] rented = ArrayPool<byte>.Shared.Rent(parts[i].Length);
            try
            {
                Memory<byte> bytes = rented.AsMemory(0, parts[i].Length);
                if (isWhole && await TryReadAsync(version, file, parts[i].Offset, bytes, stop).ConfigureAwait(false))
                {
                    take(parts[i].Offset, bytes);
                }
                else
                {
                    Volatile.Write(ref isWhole, false);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }).ConfigureAwait(false);
        return isWhole;
    }

    /// <summary>The files of one index.</summary>
    public async IAsyncEnumerable<string> ListAsync(
        ModelVersion version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string folder = NameOf(version, "");
        await foreach (BlobItem blob in container
            .GetBlobsAsync(new GetBlobsOptions { Prefix = folder }, cancellationToken).ConfigureAwait(false))
        {
            yield return blob.Name[folder.Length..];
        }
    }

    /// <summary>Deletes a file; one that is gone already counts as deleted.</summary>
    public Task DeleteAsync(ModelVersion version, string file, CancellationToken cancellationToken) =>
        BlobOf(version, file).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    /// <summary>Deletes all files of one index.</summary>
    public async Task DeleteAllAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (string file in ListAsync(version, cancellationToken).ConfigureAwait(false))
            {
                await DeleteAsync(version, file, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing was ever saved.
        }
    }

    private static (long Offset, int Length)[] Parts(long length, int size) =>
    [
        .. Enumerable.Range(0, (int)((length + size - 1) / size))
            .Select(i => ((long)i * size, (int)Math.Min(size, length - ((long)i * size)))),
    ];

    private static string BlockId(int number) => Convert.ToBase64String(BitConverter.GetBytes(number));

    private static string NameOf(ModelVersion version, string file) => $"indexes/{version}/{file}";

    private BlobClient BlobOf(ModelVersion version, string file) => container.GetBlobClient(NameOf(version, file));
}
