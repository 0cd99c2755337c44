using System.Net;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Embeddings;

/// <summary>What <see cref="ImageIndexer.IndexAsync"/> found to do.</summary>
public enum IndexOutcome
{
    /// <summary>The picture was embedded and its record written.</summary>
    Indexed,

    /// <summary>This version was there already: the event came twice.</summary>
    AlreadyIndexed,

    /// <summary>There is no such blob, and no record of it any more.</summary>
    Removed,
}

/// <summary>
/// Brings a model's record of a picture in step with the blob as it is now, whatever the order in which events arrive. An event only says
/// "look": the picture is read, embedded, and written if the blob is still that version and nobody else wrote meanwhile; else all over again.
/// </summary>
public sealed partial class ImageIndexer(
    ImageDecoder decoder,
    ModelSessions sessions,
    EmbeddingTable embeddings,
    ChangeLog changes,
    FailureTable failures,
    TimeProvider time,
    ILogger<ImageIndexer> logger)
{
    /// <summary>Indexes one picture for one model.</summary>
    /// <param name="modelKey">The model, such as <c>vgg16</c>.</param>
    /// <param name="blob">The picture.</param>
    /// <param name="cancellationToken">Ends the work early; nothing half-done is left.</param>
    /// <exception cref="ImageRejectedException">The blob is no picture that is let in; the reason is recorded.</exception>
    public async Task<IndexOutcome> IndexAsync(string modelKey, BlobClient blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        InstalledModel model = sessions.Models.First(model => model.Key == modelKey);
        var id = new ImageId(blob.BlobContainerName, blob.Name);
        while (true)
        {
            if (await TryIndexAsync(model, id, blob, cancellationToken).ConfigureAwait(false) is { } outcome)
            {
                LogOutcome(id.Name, outcome, modelKey);
                return outcome;
            }

            // The blob or its row changed under our hands; each turn means that somebody else got further, so this ends.
            LogOvertaken(id.Name, modelKey);
        }
    }

    /// <summary>Removes one model's record of a picture, and its recorded failure, if there is no such blob now.</summary>
    /// <param name="modelKey">The model, such as <c>vgg16</c>.</param>
    /// <param name="blob">The picture.</param>
    /// <param name="cancellationToken">Ends the work early; nothing half-done is left.</param>
    /// <returns>False where the blob is there: it keeps what is recorded of it.</returns>
    public async Task<bool> RemoveIfGoneAsync(string modelKey, BlobClient blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        InstalledModel model = sessions.Models.First(model => model.Key == modelKey);
        var id = new ImageId(blob.BlobContainerName, blob.Name);
        while (true)
        {
            // The row is read before this look at the blob: a picture that comes back in between changes it, and the removal fails.
            RowVersion? version = await embeddings.FindVersionAsync(model, id, cancellationToken).ConfigureAwait(false);
            if (await CurrentETagAsync(blob, cancellationToken).ConfigureAwait(false) is not null)
            {
                return false;
            }

            if (await RemoveAsync(model, id, version, cancellationToken).ConfigureAwait(false))
            {
                LogOutcome(id.Name, IndexOutcome.Removed, modelKey);
                return true;
            }

            LogOvertaken(id.Name, modelKey);
        }
    }

    private async Task<IndexOutcome?> TryIndexAsync(InstalledModel model, ImageId id, BlobClient blob, CancellationToken cancellationToken)
    {
        RowVersion? version = await embeddings.FindVersionAsync(model, id, cancellationToken).ConfigureAwait(false);
        switch (await StoredImage.DownloadAsync(blob, decoder.Limits, version?.ImageETag, cancellationToken).ConfigureAwait(false))
        {
            case null:
                return await RemoveAsync(model, id, version, cancellationToken).ConfigureAwait(false) ? IndexOutcome.Removed : null;

            case { Rejection: { } rejection } refused:
                throw await RejectAsync(model, id, refused.ImageETag, rejection, cancellationToken).ConfigureAwait(false);

            case { Bytes: null } stored:
                // An earlier attempt may have died between the record and its entry in the log.
                await changes.AppendAsync(model, id.Key, stored.ImageETag, cancellationToken).ConfigureAwait(false);
                return IndexOutcome.AlreadyIndexed;

            case { Bytes: { } bytes } content:
                EmbeddingRecord record = await EmbedAsync(model, id, content.ImageETag, bytes, cancellationToken).ConfigureAwait(false);

                // The row was read before this look at the blob: if a newer picture is recorded in between, the conditional write fails.
                if (await CurrentETagAsync(blob, cancellationToken).ConfigureAwait(false) != record.ImageETag
                    || !await embeddings.TryWriteAsync(model, record, version, cancellationToken).ConfigureAwait(false))
                {
                    return null;
                }

                await changes.AppendAsync(model, id.Key, record.ImageETag, cancellationToken).ConfigureAwait(false);
                return IndexOutcome.Indexed;
        }
    }

    private async Task<EmbeddingRecord> EmbedAsync(
        InstalledModel model, ImageId id, string imageETag, byte[] bytes, CancellationToken cancellationToken)
    {
        int side = model.Definition.InputSize;
        DecodedImage image;
        try
        {
            image = await decoder.DecodeAsync(bytes, side, side, model.Definition.Resampling, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidImageException invalid)
        {
            throw await RejectAsync(model, id, imageETag, invalid.Rejection, cancellationToken).ConfigureAwait(false);
        }

        ModelSession session = await sessions.GetAsync(model, cancellationToken).ConfigureAwait(false);
        Embedding embedding = await session.EmbedAsync(image.Pixels, cancellationToken).ConfigureAwait(false);
        string contentHash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return new EmbeddingRecord(id, imageETag, contentHash, image.Width, image.Height, time.GetUtcNow(), embedding);
    }

    /// <summary>Removes what is stored of a picture whose blob is gone.</summary>
    /// <returns>False where another writer came first.</returns>
    private async Task<bool> RemoveAsync(InstalledModel model, ImageId id, RowVersion? version, CancellationToken cancellationToken)
    {
        await failures.RemoveAsync(model, id, cancellationToken).ConfigureAwait(false);
        if (version is null)
        {
            return true;
        }

        if (!await embeddings.TryRemoveAsync(model, id.Key, version, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await changes.AppendAsync(model, id.Key, null, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<ImageRejectedException> RejectAsync(
        InstalledModel model, ImageId id, string imageETag, ImageRejection rejection, CancellationToken cancellationToken)
    {
        await failures.WriteAsync(model, new Failure(id, imageETag, rejection.Detail, time.GetUtcNow()), cancellationToken)
            .ConfigureAwait(false);
        return new ImageRejectedException(id, rejection);
    }

    private static async Task<string?> CurrentETagAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return properties.ETag.ToString();
        }
        catch (RequestFailedException gone) when (gone.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name}: {Outcome} by {Model}")]
    private partial void LogOutcome(string name, IndexOutcome outcome, string model);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name}: changed while {Model} embedded it; looking again")]
    private partial void LogOvertaken(string name, string model);
}
