using Npgsql;

namespace Pipeline.Storage.Postgres;

/// <summary>Fills a version's table with rows that another store has.</summary>
/// <param name="database">The database.</param>
/// <param name="table">The table.</param>
internal sealed class PostgresCopy(PostgresDatabase database, PostgresTable table)
{
    /// <summary>So many rows are sent at once: 1.6 MB of VGG16.</summary>
    public const int BatchSize = 100;

    /// <summary>
    /// Writes rows, in one transaction. A row of the table that is newer, because the app embedded the image again meanwhile, stays.
    /// </summary>
    public Task WriteAsync(IReadOnlyList<EmbeddingRecord> records, CancellationToken cancellationToken) => database.CallAsync(
        async connection =>
        {
            await database.MakeAsync(connection, table, indexed: false, cancellationToken).ConfigureAwait(false);
            string sql = $"{PostgresRows.Insertion(table)} UPDATE {PostgresRows.Assignments} WHERE {table.Name}.embedded_at < $8";
            NpgsqlBatch batch = connection.CreateBatch();
            await using (batch.ConfigureAwait(false))
            {
                foreach (EmbeddingRecord record in records)
                {
                    NpgsqlBatchCommand command = batch.CreateBatchCommand();
                    command.CommandText = sql;
                    PostgresRows.Add(command.Parameters, PostgresRows.Values(record));
                    batch.BatchCommands.Add(command);
                }

                return await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        },
        cancellationToken);

    /// <summary>Indexes the vectors, unless they are, and has the planner count. It takes as long as it takes.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => database.CallAsync(
        async connection =>
        {
            await database.MakeAsync(connection, table, indexed: false, cancellationToken).ConfigureAwait(false);
            var command = new NpgsqlCommand($"{table.Indexing}; ANALYZE {table.Name}", connection) { CommandTimeout = 0 };
            await using (command.ConfigureAwait(false))
            {
                return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        },
        cancellationToken);

    /// <summary>Some records, by their keys; those that the table lacks are not among them.</summary>
    public async Task<IReadOnlyList<EmbeddingRecord>> ReadAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        await database.CallAsync(
            table,
            connection => connection.QueryAsync(
                $"SELECT {PostgresTable.Columns}, vector FROM {table.Name} WHERE key = ANY($1)",
                PostgresRows.ReadWhole,
                cancellationToken,
                [PostgresRows.KeysOf(keys)]),
            cancellationToken).ConfigureAwait(false);
}
