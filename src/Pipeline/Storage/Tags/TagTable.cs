using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace Pipeline.Storage.Tags;

/// <summary>
/// The table <c>Tags</c>: one row for each image that has tags (PartitionKey the bucket of the image's key, RowKey the key). It is apart from
/// the embeddings, so that tags stay whatever happens to those. Every change is noted in the log <see cref="ChangeLog.OfTags"/>.
/// </summary>
/// <remarks>
/// Safe to call from several threads and instances: a change that another one overtook is made anew of what is there then. A storage error is
/// thrown as the client's <see cref="RequestFailedException"/> after its retries.
/// </remarks>
public sealed class TagTable
{
    private const string Tags = "Tags";
    private const string OfBlob = "OfBlob";

    // No tag has one.
    private const char Separator = ',';

    private readonly PipelineTables _tables;
    private readonly ChangeLog _changes;

    internal TagTable(PipelineTables tables, ChangeLog changes) => (_tables, _changes) = (tables, changes);

    /// <summary>An image's row, or null where it has none.</summary>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    internal async Task<TaggedImage?> FindAsync(string key, CancellationToken cancellationToken) =>
        await ReadAsync(key, cancellationToken).ConfigureAwait(false) is { } entity ? Read(entity) : null;

    /// <summary>The version of an image's row, or null where it has none.</summary>
    internal async Task<ETag?> FindVersionAsync(ImageId id, CancellationToken cancellationToken) =>
        (await ReadAsync(id.Key, cancellationToken).ConfigureAwait(false))?.ETag;

    /// <summary>The rows of a bucket, in the order of their keys.</summary>
    /// <param name="bucket">0 to <see cref="PartitionKeys.Buckets"/> - 1.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    internal async IAsyncEnumerable<TaggedImage> ReadBucketAsync(int bucket, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(bucket)}");
        await foreach (TableEntity entity in _tables.Tags.QueryAsync(filter, null, cancellationToken).ConfigureAwait(false))
        {
            if (Read(entity) is { } image)
            {
                yield return image;
            }
        }
    }

    /// <summary>Changes an image's tags.</summary>
    /// <param name="id">The image.</param>
    /// <param name="change">Makes the new row of the one that is there; called again where another writer came first.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The row as it is now.</returns>
    internal Task<TaggedImage> ChangeAsync(
        ImageId id, Func<TaggedImage, TaggedImage> change, CancellationToken cancellationToken) => PipelineTable.RepeatAsync(
        async () =>
        {
            TableEntity? stored = await ReadAsync(id.Key, cancellationToken).ConfigureAwait(false);
            TaggedImage before = stored is null ? new TaggedImage(id, []) : Read(stored) ?? new TaggedImage(id, []);
            TaggedImage after = change(before);
            bool isSame = after.Tags.SequenceEqual(before.Tags) && after.OfBlob.SequenceEqual(before.OfBlob);
            if (isSame && stored is null)
            {
                return after;
            }

            if (!isSame)
            {
                await WriteAsync(after, stored?.ETag, cancellationToken).ConfigureAwait(false);
            }

            // Also where nothing was to be changed: an attempt before may have ended between the row and its entry.
            await _changes.AppendAsync(ChangeLog.OfTags, id.Key, null, cancellationToken).ConfigureAwait(false);
            return after;
        },
        cancellationToken);

    /// <summary>Removes the row of an image that is gone.</summary>
    /// <param name="id">The image.</param>
    /// <param name="version">The row as it was before the image was looked for: one that was written since stays.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    internal async Task RemoveAsync(ImageId id, ETag version, CancellationToken cancellationToken)
    {
        try
        {
            await _tables.Tags.CallAsync(
                table => table.DeleteEntityAsync(PartitionOf(id.Key), id.Key, version, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RequestFailedException written) when (written.Status == (int)HttpStatusCode.PreconditionFailed)
        {
            return;
        }

        await _changes.AppendAsync(ChangeLog.OfTags, id.Key, null, cancellationToken).ConfigureAwait(false);
    }

    private Task<Response> WriteAsync(TaggedImage image, ETag? version, CancellationToken cancellationToken)
    {
        string partition = PartitionOf(image.Id.Key);
        var entity = new TableEntity(partition, image.Id.Key)
        {
            [EmbeddingEntity.Container] = image.Id.Container,
            [EmbeddingEntity.Name] = image.Id.Name,
            [Tags] = string.Join(Separator, image.Tags),
            [OfBlob] = string.Join(Separator, image.OfBlob),
        };
        return _tables.Tags.CallAsync(
            table => version switch
            {
                null => table.AddEntityAsync(entity, cancellationToken),
                { } known when image.IsEmpty => table.DeleteEntityAsync(partition, image.Id.Key, known, cancellationToken),
                { } known => table.UpdateEntityAsync(entity, known, TableUpdateMode.Replace, cancellationToken),
            },
            cancellationToken);
    }

    private Task<TableEntity?> ReadAsync(string key, CancellationToken cancellationToken) =>
        _tables.Tags.FindAsync(PartitionOf(key), key, cancellationToken);

    // A row that is not of this app, or that no longer fits its key, is as good as none.
    private static TaggedImage? Read(TableEntity entity)
    {
        if (entity.GetString(EmbeddingEntity.Container) is not { Length: > 0 } container
            || entity.GetString(EmbeddingEntity.Name) is not { Length: > 0 and <= ImageId.MaxNameLength } name)
        {
            return null;
        }

        var id = new ImageId(container, name);
        return id.Key == entity.RowKey
            ? new TaggedImage(id, Split(entity.GetString(Tags))) { OfBlob = Split(entity.GetString(OfBlob)) }
            : null;
    }

    private static string[] Split(string? tags) => string.IsNullOrEmpty(tags) ? [] : tags.Split(Separator);

    private static string PartitionOf(string key) => PartitionOf(PartitionKeys.BucketOf(key));

    private static string PartitionOf(int bucket) => bucket.ToString("x2", CultureInfo.InvariantCulture);
}
