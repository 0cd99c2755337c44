using System.Net;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace Pipeline.Storage;

/// <summary>
/// The tables of the storage account, each created on first use: storage may come up after the app. One that is deleted while the app runs
/// fails the call that finds out, and is created again by the next.
/// </summary>
/// <param name="service">The account's tables.</param>
public sealed class PipelineTables(TableServiceClient service)
{
    internal PipelineTable Embeddings { get; } = new(service.GetTableClient("Embeddings"));

    internal PipelineTable Changes { get; } = new(service.GetTableClient("Changes"));

    internal PipelineTable Failures { get; } = new(service.GetTableClient("Failures"));

    internal PipelineTable Tags { get; } = new(service.GetTableClient("Tags"));

    internal PipelineTable Links { get; } = new(service.GetTableClient("Links"));
}

/// <summary>One of <see cref="PipelineTables"/>. Safe to call from several threads.</summary>
internal sealed class PipelineTable(TableClient table)
{
    private const int MaxTurns = 20;

    private volatile bool _created;

    /// <summary>The table without creating it.</summary>
    public TableClient AsItIs => table;

    /// <summary>Makes a call to the table, which is there unless somebody deleted it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends the creation early.</param>
    /// <exception cref="RequestFailedException">What the call throws; where that is <c>TableNotFound</c>, the next call creates the
    /// table.</exception>
    public async Task<T> CallAsync<T>(Func<TableClient, Task<T>> call, CancellationToken cancellationToken)
    {
        // Two first callers may both ask; creating is idempotent, so no lock is worth having.
        if (!_created)
        {
            await table.CreateIfNotExistsAsync(cancellationToken).ConfigureAwait(false);
            _created = true;
        }

        try
        {
            return await call(table).ConfigureAwait(false);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == TableErrorCode.TableNotFound)
        {
            _created = false;
            throw;
        }
    }

    /// <summary>A row, or null where there is none.</summary>
    public async Task<TableEntity?> FindAsync(string partition, string row, CancellationToken cancellationToken)
    {
        NullableResponse<TableEntity> found = await CallAsync(
            rows => rows.GetEntityIfExistsAsync<TableEntity>(partition, row, null, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return found is { HasValue: true, Value: { } entity } ? entity : null;
    }

    /// <summary>
    /// Reads a row, changes it and writes it on the condition that it is as it was read; all over again where another writer came first.
    /// </summary>
    /// <param name="change">Reads, changes and writes.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="RequestFailedException">Another writer came first each of twenty times: something else is wrong then.</exception>
    public static async Task<T> RepeatAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        for (int turn = 1; ; turn++)
        {
            try
            {
                return await change().ConfigureAwait(false);
            }
            catch (RequestFailedException overtaken) when (turn < MaxTurns
                && (HttpStatusCode)overtaken.Status
                    is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict or HttpStatusCode.NotFound)
            {
                double pause = 10 * turn * Random.Shared.NextDouble();
                await Task.Delay(TimeSpan.FromMilliseconds(pause), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The rows that fit a filter, in the order of their keys.</summary>
    /// <param name="filter">As <see cref="TableClient.CreateQueryFilter(FormattableString)"/> makes it.</param>
    /// <param name="columns">The properties wanted, null for all.</param>
    /// <param name="cancellationToken">Ends the query early.</param>
    /// <exception cref="RequestFailedException">As of <see cref="CallAsync"/>.</exception>
    public async IAsyncEnumerable<TableEntity> QueryAsync(
        string filter, string[]? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerator<TableEntity> rows = table
            .QueryAsync<TableEntity>(filter, select: columns, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (rows.ConfigureAwait(false))
        {
            Func<TableClient, Task<bool>> moveNext = _ => rows.MoveNextAsync().AsTask();
            while (await CallAsync(moveNext, cancellationToken).ConfigureAwait(false))
            {
                yield return rows.Current;
            }
        }
    }

    /// <summary>
    /// As <see cref="QueryAsync"/>, by one who may only read: makes no table, and where there is none there are no rows.
    /// </summary>
    /// <inheritdoc cref="QueryAsync"/>
    public async IAsyncEnumerable<TableEntity> ReadAsync(
        string filter, string[]? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerator<TableEntity> rows = table
            .QueryAsync<TableEntity>(filter, select: columns, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (rows.ConfigureAwait(false))
        {
            while (await MoveNextAsync(rows).ConfigureAwait(false))
            {
                yield return rows.Current;
            }
        }
    }

    /// <summary>The first partition whose key is this one or greater; null where there is none. Makes no table.</summary>
    public async Task<string?> FindPartitionAsync(string from, CancellationToken cancellationToken)
    {
        string filter = TableClient.CreateQueryFilter($"PartitionKey ge {from}");
        IAsyncEnumerator<TableEntity> rows = table
            .QueryAsync<TableEntity>(filter, maxPerPage: 1, select: ["PartitionKey"], cancellationToken: cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (rows.ConfigureAwait(false))
        {
            return await MoveNextAsync(rows).ConfigureAwait(false) ? rows.Current.PartitionKey : null;
        }
    }

    /// <summary>Deletes rows of a partition that nobody writes to any more. Makes no table.</summary>
    /// <param name="partition">Its key.</param>
    /// <param name="most">How many rows at most.</param>
    /// <param name="cancellationToken">Ends it early; what was deleted stays deleted.</param>
    /// <returns>How many rows were deleted.</returns>
    public async Task<int> ClearAsync(string partition, int most, CancellationToken cancellationToken)
    {
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {partition}");
        int cleared = 0;

        // 100 is the most that one transaction takes.
        await foreach (TableEntity[] batch in ReadAsync(filter, ["PartitionKey", "RowKey"], cancellationToken).Take(most).Chunk(100)
            .ConfigureAwait(false))
        {
            await table.SubmitTransactionAsync(
                batch.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row)), cancellationToken)
                .ConfigureAwait(false);
            cleared += batch.Length;
        }

        return cleared;
    }

    private static async Task<bool> MoveNextAsync(IAsyncEnumerator<TableEntity> rows)
    {
        try
        {
            return await rows.MoveNextAsync().ConfigureAwait(false);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == TableErrorCode.TableNotFound)
        {
            return false;
        }
    }
}
