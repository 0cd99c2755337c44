using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Pipeline.Models;

namespace Pipeline.Storage;

/// <summary>Why a version of an image could not be embedded.</summary>
/// <param name="Id">The image.</param>
/// <param name="ImageETag">The version; a newer one makes the failure void.</param>
/// <param name="Reason">A sentence for people.</param>
/// <param name="FailedAt">When it was tried last.</param>
internal sealed record Failure(ImageId Id, string ImageETag, string Reason, DateTimeOffset FailedAt);

/// <summary>The table <c>Failures</c>: the recorded reason of what ends in the poison queue, whose messages cannot hold one.</summary>
/// <param name="tables">The storage account's tables.</param>
public sealed class FailureTable(PipelineTables tables)
{
    /// <summary>Records a failure over an earlier one of the same image.</summary>
    internal async Task WriteAsync(InstalledModel model, Failure failure, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var entity = new TableEntity(PartitionKeys.Model(model), failure.Id.Key)
        {
            [EmbeddingEntity.Container] = failure.Id.Container,
            [EmbeddingEntity.Name] = failure.Id.Name,
            [EmbeddingEntity.ImageETag] = failure.ImageETag,
            ["Reason"] = failure.Reason,
            ["FailedAt"] = failure.FailedAt,
        };
        await tables.Failures.CallAsync(
            table => table.UpsertEntityAsync(entity, TableUpdateMode.Replace, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The failure recorded for this version of an image, or null.</summary>
    internal async Task<Failure?> FindAsync(InstalledModel model, ImageId id, string imageETag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        TableEntity? entity = await tables.Failures.FindAsync(PartitionKeys.Model(model), id.Key, cancellationToken).ConfigureAwait(false);
        return entity?.GetString(EmbeddingEntity.ImageETag) == imageETag
            ? new Failure(id, imageETag, entity.GetString("Reason"), entity.GetDateTimeOffset("FailedAt") ?? default)
            : null;
    }

    /// <summary>
    /// The latest failure of this version of an image that a model recorded, whatever its fingerprint: for a reader that knows the model
    /// and not which of its versions ran. Makes no table, so it may be asked by one who may only read.
    /// </summary>
    /// <param name="modelKey">The model; null for any.</param>
    /// <param name="id">The image.</param>
    /// <param name="imageETag">Its version.</param>
    /// <param name="cancellationToken">Ends the query early.</param>
    internal async Task<Failure?> FindOfAnyVersionAsync(string? modelKey, ImageId id, string imageETag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(imageETag);
        (string first, string end) = modelKey is null ? ("", "~") : PartitionKeys.RangeOf(modelKey);
        string filter = TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey lt {end} and RowKey eq {id.Key}");
        Failure? latest = null;
        try
        {
            await foreach (TableEntity entity in tables.Failures.AsItIs
                .QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                DateTimeOffset at = entity.GetDateTimeOffset("FailedAt") ?? default;
                if (entity.GetString(EmbeddingEntity.ImageETag)?.Trim('"') == imageETag.Trim('"')
                    && (latest is null || at > latest.FailedAt))
                {
                    latest = new Failure(id, imageETag, entity.GetString("Reason"), at);
                }
            }
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == TableErrorCode.TableNotFound)
        {
            // Nothing failed yet.
        }

        return latest;
    }

    /// <summary>
    /// The recorded failures of a model in a range of keys, in the order of the keys. Makes no table, so it may be asked by one who may only
    /// read; where there is no table there are none.
    /// </summary>
    internal async IAsyncEnumerable<ListedRow> ListAsync(
        ModelVersion version, KeyRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = ["RowKey", EmbeddingEntity.Container, EmbeddingEntity.Name, EmbeddingEntity.ImageETag];
        string filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {PartitionKeys.Model(version)} and RowKey gt {range.After} and RowKey le {range.UpTo}");
        await foreach (TableEntity entity in tables.Failures.ReadAsync(filter, columns, cancellationToken).ConfigureAwait(false))
        {
            if (ImageId.IsKey(entity.RowKey))
            {
                yield return ListedRow.Of(entity);
            }
        }
    }

    /// <summary>How many images a model has refused since a time. Makes no table.</summary>
    internal ValueTask<int> CountSinceAsync(ModelVersion version, DateTimeOffset since, CancellationToken cancellationToken)
    {
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {PartitionKeys.Model(version)} and FailedAt ge {since}");
        return tables.Failures.ReadAsync(filter, ["RowKey"], cancellationToken).CountAsync(cancellationToken);
    }

    /// <summary>Forgets an image's failure, if there is one.</summary>
    internal async Task RemoveAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        await tables.Failures.CallAsync(
            table => table.DeleteEntityAsync(PartitionKeys.Model(model), id.Key, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }
}
