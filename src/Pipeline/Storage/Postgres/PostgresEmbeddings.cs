using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Models;

namespace Pipeline.Storage.Postgres;

/// <summary>The embeddings in a PostgreSQL database with pgvector.</summary>
/// <param name="database">The database.</param>
internal sealed class PostgresEmbeddings(PostgresDatabase database) : IEmbeddings
{
    // About a megabyte of rows without vectors; between two pages no connection is held.
    private const int PageSize = 5000;

    // Greater than all keys.
    private static readonly byte[] AfterAll = [.. Enumerable.Repeat(byte.MaxValue, 33)];

    /// <summary>The table of an installed model.</summary>
    public static PostgresTable TableOf(InstalledModel model) => new(ModelVersion.Of(model), model.Definition.EmbeddingLength);

    /// <inheritdoc/>
    public Task<RowVersion?> FindVersionAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken)
    {
        PostgresTable table = TableOf(model);
        return ReadFirstAsync(
            table,
            $"SELECT image_etag, row_version FROM {table.Name} WHERE key = $1",
            reader => new RowVersion(reader.GetString(0), $"{reader.GetGuid(1)}"),
            cancellationToken,
            PostgresRows.KeyOf(id.Key));
    }

    /// <inheritdoc/>
    public Task<EmbeddingRecord?> FindAsync(InstalledModel model, string key, CancellationToken cancellationToken)
    {
        PostgresTable table = TableOf(model);
        return ReadFirstAsync(
            table,
            $"SELECT {PostgresTable.Columns}, vector FROM {table.Name} WHERE key = $1",
            PostgresRows.ReadWhole,
            cancellationToken,
            PostgresRows.KeyOf(key));
    }

    /// <inheritdoc/>
    public Task<bool> TryWriteAsync(
        InstalledModel model, EmbeddingRecord record, RowVersion? expected, CancellationToken cancellationToken)
    {
        PostgresTable table = TableOf(model);
        return database.CallAsync(
            table,
            async connection => await (expected is null
                ? connection.ExecuteAsync(
                    $"{PostgresRows.Insertion(table)} NOTHING", cancellationToken, PostgresRows.Values(record))
                : connection.ExecuteAsync(
                    $"UPDATE {table.Name} {PostgresRows.Assignments} WHERE key = $1 AND row_version = $11",
                    cancellationToken,
                    [.. PostgresRows.Values(record), Guid.Parse(expected.RowETag)])).ConfigureAwait(false) == 1,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> TryRemoveAsync(InstalledModel model, string key, RowVersion expected, CancellationToken cancellationToken)
    {
        // A row that is gone already counts as removed. Both parts see the table as it was before: one that another writer changes at
        // this moment is not removed, and is still there.
        PostgresTable table = TableOf(model);
        string sql = $"""
            WITH removed AS (DELETE FROM {table.Name} WHERE key = $1 AND row_version = $2 RETURNING key)
            SELECT 1 WHERE EXISTS (SELECT 1 FROM removed) OR NOT EXISTS (SELECT 1 FROM {table.Name} WHERE key = $1)
            """;
        return await ReadFirstAsync(
            table, sql, _ => "removed", cancellationToken, PostgresRows.KeyOf(key), Guid.Parse(expected.RowETag))
            .ConfigureAwait(false) is not null;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedRow> ListAsync(
        ModelVersion version, KeyRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] after = PostgresRows.KeyOf(range.After);
        byte[] upTo = range.UpTo == KeyRange.Last ? AfterAll : PostgresRows.KeyOf(range.UpTo);
        string sql = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT key, image_etag, container, name FROM {new PostgresTable(version, 0).Name}
            WHERE key > $1 AND key <= $2 ORDER BY key LIMIT {PageSize}
            """);
        while (true)
        {
            IReadOnlyList<(byte[] Key, ListedRow Row)> page =
                (await ListVersionsAsync(cancellationToken).ConfigureAwait(false)).Contains(version)
                    ? await database.CallAsync(
                        connection => connection.QueryAsync(
                            sql,
                            reader =>
                            {
                                byte[] key = reader.GetFieldValue<byte[]>(0);
                                return (key, new ListedRow(
                                    Convert.ToHexStringLower(key), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
                            },
                            cancellationToken,
                            after,
                            upTo),
                        cancellationToken).ConfigureAwait(false)
                    : [];
            foreach ((byte[] key, ListedRow row) in page)
            {
                yield return row;
                after = key;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(CancellationToken cancellationToken) => await database.CallAsync(
        connection => connection.QueryAsync(
            "SELECT key, fingerprint FROM pipeline_models ORDER BY key, fingerprint",
            reader => new ModelVersion(reader.GetString(0), reader.GetString(1)),
            cancellationToken),
        cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<int> ClearAsync(ModelVersion version, int most, CancellationToken cancellationToken) => database.CallAsync(
        async connection =>
        {
            IReadOnlyList<long> counts = await connection.QueryAsync(
                $"SELECT count(*) FROM {new PostgresTable(version, 0).Name}", reader => reader.GetInt64(0), cancellationToken)
                .ConfigureAwait(false);
            await database.DropAsync(connection, version, cancellationToken).ConfigureAwait(false);
            return (int)Math.Min(counts[0], int.MaxValue);
        },
        cancellationToken);

    private Task<T?> ReadFirstAsync<T>(
        PostgresTable table,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params object[] values) where T : class => database.CallAsync(
            table,
            async connection =>
                (await connection.QueryAsync(sql, read, cancellationToken, values).ConfigureAwait(false)) is [var first, ..] ? first : null,
            cancellationToken);
}
