using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Pipeline.Models;

namespace Pipeline.Storage;

/// <summary>Which version of an image a row holds, and the row's own version for a conditional write.</summary>
/// <param name="ImageETag">The blob's ETag; null in a row that lacks it, which therefore holds no version that an image can have.</param>
/// <param name="RowETag">The table row's ETag.</param>
internal sealed record RowVersion(string? ImageETag, string RowETag);

/// <summary>A row as it was read: what is in it may have been written by another version of the product, or by hand.</summary>
internal sealed class EmbeddingRow
{
    private readonly int? _dimensions;
    private readonly TableEntity _entity;

    internal EmbeddingRow(InstalledModel model, TableEntity entity)
        : this(model.Definition.EmbeddingLength, entity)
    {
    }

    /// <param name="dimensions">Length of the model's embeddings; null for any.</param>
    /// <param name="entity">The row.</param>
    internal EmbeddingRow(int? dimensions, TableEntity entity) => (_dimensions, _entity) = (dimensions, entity);

    /// <summary>The row's key: the image's <see cref="ImageId.Key"/>.</summary>
    public string Key => _entity.RowKey;

    /// <summary>The row's own ETag, another one after each write.</summary>
    public string RowETag => _entity.ETag.ToString();

    /// <summary>Reads what the row holds.</summary>
    /// <param name="record">The record.</param>
    /// <param name="error">Why there is none: what the row lacks, and what to do.</param>
    public bool TryGetRecord([NotNullWhen(true)] out EmbeddingRecord? record, [NotNullWhen(false)] out string? error)
    {
        try
        {
            (record, error) = (EmbeddingEntity.ToRecord(_dimensions, _entity), null);
            return true;
        }
        catch (InvalidDataException unreadable)
        {
            (record, error) = (null, unreadable.Message);
            return false;
        }
    }
}

/// <summary>
/// The table <c>Embeddings</c>: PartitionKey <c>{model}-{fingerprint}-{bucket}</c>, RowKey <see cref="ImageId.Key"/>, one row per model and
/// image. Every write is conditional on the row that was read before, so of two racing writers the one with the older image loses.
/// </summary>
/// <remarks>
/// Safe to call from several threads. Every call reads or writes one row, or pages through one bucket, which is no snapshot: a row that is
/// written meanwhile may or may not be among those read. A storage error is thrown as the client's <see cref="RequestFailedException"/>
/// after the client's retries; a lost race is an answer, not an error.
/// </remarks>
/// <param name="tables">The storage account's tables.</param>
internal sealed class EmbeddingTable(PipelineTables tables) : IEmbeddings
{
    /// <summary>Parts of a model's embeddings; an image lies in the part of its key's first digit.</summary>
    public const int Buckets = PartitionKeys.Buckets;

    /// <summary>The bucket in which an image lies.</summary>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    public static int BucketOf(string key) => PartitionKeys.BucketOf(key);

    /// <summary>The version that is stored, or null where there is none.</summary>
    public async Task<RowVersion?> FindVersionAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        TableEntity? entity = await FindEntityAsync(
            ModelVersion.Of(model), id.Key, [EmbeddingEntity.ImageETag], cancellationToken).ConfigureAwait(false);
        return entity is null ? null : new RowVersion(EmbeddingEntity.ImageETagOf(entity), entity.ETag.ToString());
    }

    /// <summary>The stored row, or null where there is none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async Task<EmbeddingRow?> FindRowAsync(InstalledModel model, string key, CancellationToken cancellationToken)
    {
        TableEntity? entity = await FindEntityAsync(ModelVersion.Of(model), key, null, cancellationToken).ConfigureAwait(false);
        return entity is null ? null : new EmbeddingRow(model, entity);
    }

    /// <summary>The stored row of a version of which no more is known than the length of its embeddings.</summary>
    /// <param name="version">The version of the model.</param>
    /// <param name="dimensions">That length; null for any.</param>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Null where there is none.</returns>
    public async Task<EmbeddingRow?> FindRowAsync(ModelVersion version, int? dimensions, string key, CancellationToken cancellationToken)
    {
        TableEntity? entity = await FindEntityAsync(version, key, null, cancellationToken).ConfigureAwait(false);
        return entity is null ? null : new EmbeddingRow(dimensions, entity);
    }

    /// <summary>The stored record, or null where there is none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="InvalidDataException">The row cannot be read; the message says what it lacks.</exception>
    public async Task<EmbeddingRecord?> FindAsync(InstalledModel model, string key, CancellationToken cancellationToken)
    {
        TableEntity? entity = await FindEntityAsync(ModelVersion.Of(model), key, null, cancellationToken).ConfigureAwait(false);
        return entity is null ? null : EmbeddingEntity.ToRecord(model, entity);
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
        TableEntity entity = EmbeddingEntity.From(model, record);
        try
        {
            await tables.Embeddings.CallAsync(
                table => expected is null
                    ? table.AddEntityAsync(entity, cancellationToken)
                    : table.UpdateEntityAsync(entity, new ETag(expected.RowETag), TableUpdateMode.Replace, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException failed) when (IsLostRace(failed))
        {
            return false;
        }
    }

    /// <summary>
    /// Removes the row unless it changed since <paramref name="expected"/> was read; one that is gone already counts as removed.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    /// <param name="expected">The version that was read before.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>False where another writer came first; read again and decide anew.</returns>
    public async Task<bool> TryRemoveAsync(InstalledModel model, string key, RowVersion expected, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(expected);
        try
        {
            await tables.Embeddings.CallAsync(
                table => table.DeleteEntityAsync(PartitionKeys.Bucket(model, key), key, new ETag(expected.RowETag), cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException failed) when (IsLostRace(failed))
        {
            return false;
        }
    }

    /// <summary>All rows in one of a model's buckets, in key order.</summary>
    public async IAsyncEnumerable<EmbeddingRow> ReadBucketAsync(
        InstalledModel model, int bucket, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (TableEntity entity in QueryBucketAsync(model, bucket, null, cancellationToken).ConfigureAwait(false))
        {
            yield return new EmbeddingRow(model, entity);
        }
    }

    /// <summary>
    /// The rows of a model in a range of keys, in the order of the keys, without their vectors. Rows whose key is no image's are left out.
    /// Makes no table, so it may be asked by one who may only read; where there is no table there are no rows.
    /// </summary>
    public async IAsyncEnumerable<ListedRow> ListAsync(
        ModelVersion version, KeyRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = ["RowKey", EmbeddingEntity.Container, EmbeddingEntity.Name, EmbeddingEntity.ImageETag];
        foreach (int bucket in range.Buckets)
        {
            string filter = TableClient.CreateQueryFilter(
                $"PartitionKey eq {PartitionKeys.Bucket(version, bucket)} and RowKey gt {range.After} and RowKey le {range.UpTo}");
            await foreach (TableEntity entity in tables.Embeddings.ReadAsync(filter, columns, cancellationToken).ConfigureAwait(false))
            {
                if (ImageId.IsKey(entity.RowKey))
                {
                    yield return ListedRow.Of(entity);
                }
            }
        }
    }

    /// <summary>The versions that have embeddings: one call for each.</summary>
    public async Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(CancellationToken cancellationToken)
    {
        var versions = new List<ModelVersion>();
        string from = "";
        while (await tables.Embeddings.FindPartitionAsync(from, cancellationToken).ConfigureAwait(false) is { } partition)
        {
            ModelVersion? version = PartitionKeys.VersionOf(partition);
            if (version is not null)
            {
                versions.Add(version);
            }

            // Greater than all partitions of this version, and not greater than any of another: "." follows "-". What is not this app's
            // may be left out with what begins like it.
            from = version is not null ? $"{version}." : $"{partition}!";
        }

        return versions;
    }

    /// <summary>Deletes what is stored of a version that runs no more.</summary>
    public async Task<int> ClearAsync(ModelVersion version, int most, CancellationToken cancellationToken)
    {
        int cleared = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            cleared += await tables.Embeddings
                .ClearAsync(PartitionKeys.Bucket(version, bucket), most - cleared, cancellationToken).ConfigureAwait(false);
        }

        return cleared;
    }

    /// <summary>
    /// The keys in one of a model's buckets, each with the blob's ETag, which is null where the row has none. Rows whose key is no image's
    /// are left out.
    /// </summary>
    public async IAsyncEnumerable<(string Key, string? ImageETag)> ListVersionsAsync(
        InstalledModel model, int bucket, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = ["RowKey", EmbeddingEntity.ImageETag];
        await foreach (TableEntity entity in QueryBucketAsync(model, bucket, columns, cancellationToken).ConfigureAwait(false))
        {
            if (ImageId.IsKey(entity.RowKey))
            {
                yield return (entity.RowKey, EmbeddingEntity.ImageETagOf(entity));
            }
        }
    }

    // By code and not by status: 404 is also a table that is missing, 409 also one that is being deleted. Those do not pass by trying again
    // at once.
    private static bool IsLostRace(RequestFailedException failed) =>
        failed.ErrorCode == TableErrorCode.EntityAlreadyExists
        || failed.ErrorCode == TableErrorCode.UpdateConditionNotSatisfied
        || failed.ErrorCode == TableErrorCode.ResourceNotFound
        || failed.ErrorCode == TableErrorCode.EntityNotFound;

    private IAsyncEnumerable<TableEntity> QueryBucketAsync(
        InstalledModel model, int bucket, string[]? columns, CancellationToken cancellationToken) => tables.Embeddings.QueryAsync(
            TableClient.CreateQueryFilter($"PartitionKey eq {PartitionKeys.Bucket(model, bucket)}"), columns, cancellationToken);

    private async Task<TableEntity?> FindEntityAsync(
        ModelVersion version, string key, string[]? columns, CancellationToken cancellationToken)
    {
        NullableResponse<TableEntity> found = await tables.Embeddings.CallAsync(
            table => table.GetEntityIfExistsAsync<TableEntity>(PartitionKeys.Bucket(version, key), key, columns, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return found.HasValue ? found.Value : null;
    }
}
