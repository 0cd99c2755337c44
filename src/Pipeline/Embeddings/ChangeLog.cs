using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Pipeline.Models;

namespace Pipeline.Embeddings;

/// <summary>A row of <c>Embeddings</c> was written or removed.</summary>
/// <param name="Key">The picture's <see cref="ImageId.Key"/>.</param>
/// <param name="ImageETag">The version that was written, null where the row was removed.</param>
public sealed record Change(string Key, string? ImageETag);

/// <summary>
/// The table <c>Changes</c>: an append-only log per model (PartitionKey <c>{model}-{fingerprint}</c>, RowKey UTC ticks and a random suffix).
/// An instance that keeps vectors in memory reads only what is new: one range query, whatever the number of images.
/// </summary>
/// <param name="tables">The storage account's tables.</param>
/// <param name="time">The clock.</param>
public sealed class ChangeLog(PipelineTables tables, TimeProvider time)
{
    /// <summary>How long entries are kept. A reader that was away for longer reads the whole table again.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(1);

    /// <summary>How far a reader goes back behind its last look: clocks differ, and a write may be late by its retries.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(1);

    /// <summary>Notes that a picture's row was written (<paramref name="imageETag"/>) or removed (null).</summary>
    public async Task AppendAsync(InstalledModel model, string key, string? imageETag, CancellationToken cancellationToken)
    {
        TableClient table = await tables.ChangesAsync(cancellationToken).ConfigureAwait(false);
        var entity = new TableEntity(PartitionKeys.Model(model), $"{RowKey(time.GetUtcNow())}-{Guid.NewGuid():N}") { ["Key"] = key };
        if (imageETag is not null)
        {
            entity[EmbeddingEntity.ImageETag] = imageETag;
        }

        await table.AddEntityAsync(entity, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The changes at or after <paramref name="since"/>, oldest first.</summary>
    public async IAsyncEnumerable<Change> ReadAsync(
        InstalledModel model, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TableClient table = await tables.ChangesAsync(cancellationToken).ConfigureAwait(false);
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {PartitionKeys.Model(model)} and RowKey ge {RowKey(since)}");
        await foreach (TableEntity entity in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            yield return new Change(entity.GetString("Key"), entity.GetString(EmbeddingEntity.ImageETag));
        }
    }

    /// <summary>Deletes what is older than <see cref="Retention"/>.</summary>
    /// <returns>The number of entries deleted.</returns>
    public async Task<int> TrimAsync(InstalledModel model, CancellationToken cancellationToken)
    {
        TableClient table = await tables.ChangesAsync(cancellationToken).ConfigureAwait(false);
        string filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {PartitionKeys.Model(model)} and RowKey lt {RowKey(time.GetUtcNow() - Retention)}");
        string[] keys = ["PartitionKey", "RowKey"];
        int deleted = 0;
        await foreach (Page<TableEntity> page in table.QueryAsync<TableEntity>(filter, maxPerPage: 1000, keys, cancellationToken)
            .AsPages().ConfigureAwait(false))
        {
            // 100 is the most that one transaction takes.
            foreach (TableEntity[] batch in page.Values.Chunk(100))
            {
                await table.SubmitTransactionAsync(
                    batch.Select(entity => new TableTransactionAction(TableTransactionActionType.Delete, entity)), cancellationToken)
                    .ConfigureAwait(false);
                deleted += batch.Length;
            }
        }

        return deleted;
    }

    private static string RowKey(DateTimeOffset at) => at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);
}
