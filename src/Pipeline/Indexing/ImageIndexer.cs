using System.Net;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Storage.Thumbnails;

namespace Pipeline.Indexing;

/// <summary>What <see cref="ImageIndexer.IndexAsync"/> found to do.</summary>
internal enum IndexOutcome
{
    /// <summary>The image was embedded and its record written.</summary>
    Indexed,

    /// <summary>This version was there already: the event came twice.</summary>
    AlreadyIndexed,

    /// <summary>There is no such blob, and no record of it any more.</summary>
    Removed,
}

/// <summary>
/// Makes a model's record of an image match the blob as it is now, whatever the order in which events arrive. An event only says
/// "look": the image is read, embedded and written if nobody else wrote meanwhile, and then the blob is looked at once more; if it changed,
/// all over again.
/// </summary>
/// <remarks>
/// Every step may be repeated, and an attempt that was interrupted anywhere is completed by the next. In particular, every attempt that
/// finds the row as it should be appends the entry to the log of changes: the attempt before may have ended between the row and its entry.
/// </remarks>
public sealed partial class ImageIndexer(
    ImagesContainer images,
    ImageDecoder decoder,
    ModelSessions sessions,
    IEmbeddings embeddings,
    IChangeLog changes,
    FailureTable failures,
    BlobTags tags,
    ThumbnailBlobs thumbnails,
    TimeProvider time,
    ILogger<ImageIndexer> logger)
{
    /// <summary>How often an image is looked at again because it changed meanwhile, before that counts as an error.</summary>
    public const int MaxTurns = 10;

    /// <summary>
    /// How long an attempt waits for a database that is away. The host makes its five attempts within a second; while the storage account is
    /// away it makes none, for its queue is there too. After five times this an image is in the poison queue, and the nightly comparison
    /// queues it again.
    /// </summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Indexes one image for one model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">The image's name in the container.</param>
    /// <param name="cancellationToken">Ends the work early; nothing half-done is left that the next attempt does not finish.</param>
    /// <exception cref="ImageRejectedException">The blob is no image that is accepted; the reason is recorded, an older version's record
    /// removed.</exception>
    /// <exception cref="ImageContendedException">The image changed each time it was looked at; worth another attempt later.</exception>
    /// <exception cref="InvalidDataException">No blob of the container can have that name.</exception>
    internal async Task<IndexOutcome> IndexAsync(InstalledModel model, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        BlobClient blob = images.GetBlob(name);
        var id = new ImageId(images.Name, name);
        IndexOutcome outcome = await RepeatAsync(
            model, id, () => TryIndexAsync(model, id, blob, cancellationToken), cancellationToken).ConfigureAwait(false);
        LogOutcome(id.Name, outcome, model.Key);
        return outcome;
    }

    /// <summary>Removes one model's record of an image, and its recorded failure, if there is no such blob now.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">The image's name in the container.</param>
    /// <param name="cancellationToken">Ends the work early; nothing half-done is left that the next attempt does not finish.</param>
    /// <returns>False where the blob is there: it keeps what is recorded of it.</returns>
    /// <exception cref="ImageContendedException">The record changed each time it was looked at; worth another attempt later.</exception>
    /// <exception cref="InvalidDataException">No blob of the container can have that name.</exception>
    internal async Task<bool> RemoveIfGoneAsync(InstalledModel model, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        BlobClient blob = images.GetBlob(name);
        var id = new ImageId(images.Name, name);
        bool removed = await RepeatAsync(
            model, id, () => TryRemoveIfGoneAsync(model, id, blob, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (removed)
        {
            LogOutcome(id.Name, IndexOutcome.Removed, model.Key);
        }

        return removed;
    }

    /// <summary>
    /// Repeats until an attempt succeeds, with growing pauses, so that another writer of the same image can finish meanwhile.
    /// </summary>
    private async Task<T> RepeatAsync<T>(InstalledModel model, ImageId id, Func<Task<T?>> turn, CancellationToken cancellationToken)
        where T : struct
    {
        TimeSpan pause = FirstPause;
        for (int turns = 1; ; turns++)
        {
            if (await WaitForDatabaseAsync(id, turn, cancellationToken).ConfigureAwait(false) is { } outcome)
            {
                return outcome;
            }

            if (turns == MaxTurns)
            {
                throw new ImageContendedException(id, model.Key, turns);
            }

            // A random part, so that two writers that collided do not collide again.
            LogOvertaken(id.Name, model.Key);
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<T?> WaitForDatabaseAsync<T>(ImageId id, Func<Task<T?>> turn, CancellationToken cancellationToken)
        where T : struct
    {
        long start = time.GetTimestamp();
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await turn().ConfigureAwait(false);
            }
            catch (DatabaseException away) when (away.Fault == DatabaseFault.Away && time.GetElapsedTime(start) < Patience)
            {
                LogAway(id.Name, away.Message);
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One attempt of <see cref="IndexAsync"/>; null where the image or its row changed meanwhile.</summary>
    private async Task<IndexOutcome?> TryIndexAsync(InstalledModel model, ImageId id, BlobClient blob, CancellationToken cancellationToken)
    {
        RowVersion? version = await embeddings.FindVersionAsync(model, id, cancellationToken).ConfigureAwait(false);
        switch (await StoredImage.DownloadAsync(blob, decoder.Limits, version?.ImageETag, cancellationToken).ConfigureAwait(false))
        {
            case null:
                await failures.RemoveAsync(model, id, cancellationToken).ConfigureAwait(false);
                return await TryRemoveAsync(model, id, version, cancellationToken).ConfigureAwait(false) ? IndexOutcome.Removed : null;

            case { Rejection: { } rejection } refused:
                return await RejectAsync(model, id, version, refused.ImageETag, rejection, cancellationToken).ConfigureAwait(false);

            case { Bytes: null } stored:
                await changes.AppendAsync(model, id.Key, stored.ImageETag, cancellationToken).ConfigureAwait(false);
                return IndexOutcome.AlreadyIndexed;

            case { Bytes: { } bytes } content:
                await tags.AdoptAsync(id, blob, content, isNew: version is null, cancellationToken).ConfigureAwait(false);
                EmbeddingRecord record;
                try
                {
                    record = await EmbedAsync(model, id, content.ImageETag, bytes, cancellationToken).ConfigureAwait(false);
                }
                catch (InvalidImageException invalid)
                {
                    return await RejectAsync(
                        model, id, version, content.ImageETag, invalid.Rejection, cancellationToken).ConfigureAwait(false);
                }

                return await TryWriteAsync(model, record, version, blob, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<EmbeddingRecord> EmbedAsync(
        InstalledModel model, ImageId id, string imageETag, byte[] bytes, CancellationToken cancellationToken)
    {
        DecodedImage image = await decoder.DecodeAsync(bytes, model.Definition.InputForm, cancellationToken).ConfigureAwait(false);
        ModelSession session = await sessions.GetAsync(model, cancellationToken).ConfigureAwait(false);
        Embedding embedding = await session.EmbedAsync(image.Pixels, cancellationToken).ConfigureAwait(false);
        string contentHash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return new EmbeddingRecord(id, imageETag, contentHash, image.Width, image.Height, time.GetUtcNow(), embedding);
    }

    private async Task<IndexOutcome?> TryWriteAsync(
        InstalledModel model, EmbeddingRecord record, RowVersion? version, BlobClient blob, CancellationToken cancellationToken)
    {
        using Step.Run run = Telemetry.Write.Start("model", model.Key);

        // The row was read before the image: if a newer one is recorded in between, this fails.
        if (!await embeddings.TryWriteAsync(model, record, version, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        await changes.AppendAsync(model, record.Id.Key, record.ImageETag, cancellationToken).ConfigureAwait(false);
        await KeepThumbnailsOnlyAsync(record.Id, version, record.ImageETag, cancellationToken).ConfigureAwait(false);

        // After the write, not before: a removal that runs from now on finds the row, and one that ran before did not.
        return await CurrentETagAsync(blob, cancellationToken).ConfigureAwait(false) == record.ImageETag ? IndexOutcome.Indexed : null;
    }

    private async Task<bool?> TryRemoveIfGoneAsync(InstalledModel model, ImageId id, BlobClient blob, CancellationToken cancellationToken)
    {
        // The rows are read before this look at the blob: an image that comes back in between changes them, and the removal fails.
        RowVersion? version = await embeddings.FindVersionAsync(model, id, cancellationToken).ConfigureAwait(false);
        ETag? tagVersion = await tags.FindVersionAsync(id, cancellationToken).ConfigureAwait(false);
        if (await CurrentETagAsync(blob, cancellationToken).ConfigureAwait(false) is not null)
        {
            return false;
        }

        if (tagVersion is { } tagged)
        {
            await tags.RemoveAsync(id, tagged, cancellationToken).ConfigureAwait(false);
        }

        await failures.RemoveAsync(model, id, cancellationToken).ConfigureAwait(false);
        return await TryRemoveAsync(model, id, version, cancellationToken).ConfigureAwait(false) ? true : null;
    }

    /// <summary>
    /// Removes the row, if there is one, and appends that to the log; where there is none, an earlier attempt may have removed it and not
    /// appended that.
    /// </summary>
    /// <returns>False where another writer came first.</returns>
    private async Task<bool> TryRemoveAsync(InstalledModel model, ImageId id, RowVersion? version, CancellationToken cancellationToken)
    {
        if (version is not null && !await embeddings.TryRemoveAsync(model, id.Key, version, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await changes.AppendAsync(model, id.Key, null, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Removes what is recorded of an older version, whose content is gone, and records why this one has no embedding.</summary>
    /// <returns>Null where another writer came first; else it throws.</returns>
    private async Task<IndexOutcome?> RejectAsync(
        InstalledModel model,
        ImageId id,
        RowVersion? version,
        string imageETag,
        ImageRejection rejection,
        CancellationToken cancellationToken)
    {
        if (!await TryRemoveAsync(model, id, version, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        await failures.WriteAsync(model, new Failure(id, imageETag, rejection.Detail, time.GetUtcNow()), cancellationToken)
            .ConfigureAwait(false);
        await KeepThumbnailsOnlyAsync(id, version, imageETag, cancellationToken).ConfigureAwait(false);
        throw new ImageRejectedException(id, rejection);
    }

    /// <summary>Deletes the thumbnails of the version before, if there was one: it may have been replaced because of what it shows.</summary>
    private Task KeepThumbnailsOnlyAsync(ImageId id, RowVersion? before, string imageETag, CancellationToken cancellationToken) =>
        before is { ImageETag: { } etag } && etag != imageETag
            ? thumbnails.KeepOnlyAsync(id, imageETag, cancellationToken)
            : Task.CompletedTask;

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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: waits for the database. {Reason}")]
    private partial void LogAway(string name, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name}: changed while {Model} embedded it; looking again")]
    private partial void LogOvertaken(string name, string model);
}
