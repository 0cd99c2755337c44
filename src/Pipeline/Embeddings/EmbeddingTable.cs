using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Pipeline.Models;

namespace Pipeline.Embeddings;

/// <summary>Which version of a picture a row holds, and the row's own version for a conditional write.</summary>
/// <param name="ImageETag">The blob's ETag.</param>
/// <param name="RowETag">The table row's ETag.</param>
public sealed record RowVersion(string ImageETag, string RowETag);

/// <summary>
/// The table <c>Embeddings</c>: PartitionKey <c>{model}-{fingerprint}-{bucket}</c>, RowKey <see cref="ImageId.Key"/>, one row per model and
/// picture. Every write is conditional on the row that was read before, so of two racing writers the one with the older picture loses.
/// </summary>
/// <param name="tables">The storage account's tables.</param>
public sealed class EmbeddingTable(PipelineTables tables)
{
    /// <summary>Parts of a model's embeddings; a picture lies in the part of its key's first digit.</summary>
    public const int Buckets = PartitionKeys.Buckets;

    /// <summary>The version that is stored, or null where there is none.</summary>
    public async Task<RowVersion?> FindVersionAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken)
    {
        TableEntity? entity = await FindEntityAsync(model, id.Key, [EmbeddingEntity.ImageETag], cancellationToken).ConfigureAwait(false);
        return entity is null ? null : new RowVersion(entity.GetString(EmbeddingEntity.ImageETag), entity.ETag.ToString());
    }

    /// <summary>The stored record, or null where there is none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="key">The picture's <see cref="ImageId.Key"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async Task<EmbeddingRecord?> FindAsync(InstalledModel model, string key, CancellationToken cancellationToken)
    {
        TableEntity? entity = await FindEntityAsync(model, key, null, cancellationToken).ConfigureAwait(false);
        return entity is null ? null : EmbeddingEntity.ToRecord(entity);
    }

    /// <summary>Writes the record unless the row changed since <paramref name="expected"/> was read.</summary>
    /// <param name="model">The model.</param>
    /// <param name="record">What to write.</param>
    /// <param name="expected">The version that was read before, null where there was none.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>False where another writer came first; read again and decide anew.</returns>
    public async Task<bool> TryWriteAsync(
        InstalledModel model, EmbeddingRecord record, RowVersion? expected, CancellationToken cancellationToken)
    {
        TableClient table = await tables.EmbeddingsAsync(cancellationToken).ConfigureAwait(false);
        TableEntity entity = EmbeddingEntity.From(model, record);
        try
        {
            await (expected is null
                ? table.AddEntityAsync(entity, cancellationToken)
                : table.UpdateEntityAsync(entity, new ETag(expected.RowETag), TableUpdateMode.Replace, cancellationToken))
                .ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException conflict) when (IsConflict(conflict))
        {
            return false;
        }
    }

    /// <summary>Removes the row unless it changed since <paramref name="expected"/> was read.</summary>
    /// <returns>False where another writer came first.</returns>
    public async Task<bool> TryRemoveAsync(InstalledModel model, string key, RowVersion expected, CancellationToken cancellationToken)
    {
        TableClient table = await tables.EmbeddingsAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await table.DeleteEntityAsync(PartitionKeys.Bucket(model, key), key, new ETag(expected.RowETag), cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException conflict) when (IsConflict(conflict))
        {
            return false;
        }
    }

    /// <summary>All records in one of a model's buckets, in key order.</summary>
    public async IAsyncEnumerable<EmbeddingRecord> ReadBucketAsync(
        InstalledModel model, int bucket, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (TableEntity entity in QueryBucketAsync(model, bucket, null, cancellationToken).ConfigureAwait(false))
        {
            yield return EmbeddingEntity.ToRecord(entity);
        }
    }

    /// <summary>The pictures in one of a model's buckets, without their vectors.</summary>
    public async IAsyncEnumerable<ImageId> ListBucketAsync(
        InstalledModel model, int bucket, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (TableEntity entity in QueryBucketAsync(model, bucket, ["Container", "Name"], cancellationToken).ConfigureAwait(false))
        {
            yield return new ImageId(entity.GetString("Container"), entity.GetString("Name"));
        }
    }

    // 404: the row that was to be replaced is gone; 409: there is one already; 412: it is another version.
    private static bool IsConflict(RequestFailedException failed) => failed.Status is 404 or 409 or 412;

    private async IAsyncEnumerable<TableEntity> QueryBucketAsync(
        InstalledModel model, int bucket, string[]? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TableClient table = await tables.EmbeddingsAsync(cancellationToken).ConfigureAwait(false);
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {PartitionKeys.Bucket(model, bucket)}");
        await foreach (TableEntity entity in table.QueryAsync<TableEntity>(filter, select: columns, cancellationToken: cancellationToken)
            .ConfigureAwait(false))
        {
            yield return entity;
        }
    }

    private async Task<TableEntity?> FindEntityAsync(
        InstalledModel model, string key, string[]? columns, CancellationToken cancellationToken)
    {
        TableClient table = await tables.EmbeddingsAsync(cancellationToken).ConfigureAwait(false);
        NullableResponse<TableEntity> found = await table.GetEntityIfExistsAsync<TableEntity>(
            PartitionKeys.Bucket(model, key), key, columns, cancellationToken).ConfigureAwait(false);
        return found.HasValue ? found.Value : null;
    }
}
