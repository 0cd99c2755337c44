using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Tests.Storage.Thumbnails;

/// <summary>A container that has an image under each name that is asked for, and counts how many are read side by side.</summary>
internal sealed class WatchedImages : BlobContainerClient
{
    private int _reading;

    public override string Name => "images";

    public byte[] Content { get; set; } = [];

    /// <summary>The version of every image; null for none.</summary>
    public string? ETag { get; set; } = "0x1";

    public int Reads { get; private set; }

    public int MostAtOnce { get; private set; }

    /// <summary>Called while an image is read.</summary>
    public Func<CancellationToken, Task> DuringRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called when an image was read, before anything is made of it.</summary>
    public Action AfterRead { get; set; } = () => { };

    public override BlobClient GetBlobClient(string blobName) => new Watched(this, blobName);

    private RequestFailedException Missing => new(404, "", $"{BlobErrorCode.BlobNotFound}", null);

    private sealed class Watched(WatchedImages images, string name) : BlobClient
    {
        public override Uri Uri => new($"https://account.blob.core.windows.net/images/{Uri.EscapeDataString(name)}");

        public override Task<Response<BlobProperties>> GetPropertiesAsync(
            BlobRequestConditions? conditions = null, CancellationToken cancellationToken = default) => images.ETag is { } etag
            ? Task.FromResult(Response.FromValue(BlobsModelFactory.BlobProperties(eTag: new ETag(etag)), new BareResponse(200)))
            : throw images.Missing;

        public override async Task<Response<BlobDownloadStreamingResult>> DownloadStreamingAsync(
            BlobDownloadOptions? options = null, CancellationToken cancellationToken = default)
        {
            lock (images)
            {
                images.Reads++;
                images.MostAtOnce = Math.Max(images.MostAtOnce, ++images._reading);
            }

            try
            {
                await images.DuringRead(cancellationToken);
            }
            finally
            {
                lock (images)
                {
                    images._reading--;
                }
            }

            string? etag = images.ETag;
            images.AfterRead();
            return etag is not null
                ? Response.FromValue(
                    BlobsModelFactory.BlobDownloadStreamingResult(
                        new MemoryStream(images.Content),
                        BlobsModelFactory.BlobDownloadDetails(contentLength: images.Content.Length, eTag: new ETag(etag))),
                    new BareResponse(200))
                : throw images.Missing;
        }
    }
}
