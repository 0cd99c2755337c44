using System.Collections.Concurrent;
using Npgsql;

namespace Pipeline.Storage.Postgres;

/// <summary>
/// The database of the embeddings. Its tables are made on first use: it may come up after the app. One that is dropped while the app runs
/// fails the call that finds out, and is made again by the next.
/// </summary>
/// <remarks>Safe to call from several threads.</remarks>
/// <param name="open">Makes the source of connections; called once, by the first call.</param>
internal sealed class PostgresDatabase(Func<NpgsqlDataSource> open) : IAsyncDisposable
{
    private readonly Lazy<NpgsqlDataSource> _source = new(open);
    private readonly ConcurrentDictionary<PostgresTable, bool> _tables = new();
    private readonly SemaphoreSlim _making = new(1);
    private volatile bool _made;

    /// <summary>Makes a call to a version's table.</summary>
    /// <param name="table">The table, which is made if it is not there.</param>
    /// <param name="call">The call. It is made twice where a connection broke that the driver had kept.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="DatabaseException">What the driver throws.</exception>
    public Task<T> CallAsync<T>(PostgresTable table, Func<NpgsqlConnection, Task<T>> call, CancellationToken cancellationToken) =>
        CallAsync(
            async connection =>
            {
                await MakeAsync(connection, table, indexed: true, cancellationToken).ConfigureAwait(false);
                return await call(connection).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Makes a call, to a database that has the extension and the list of models.</summary>
    /// <inheritdoc cref="CallAsync{T}(PostgresTable, Func{NpgsqlConnection, Task{T}}, CancellationToken)"/>
    public async Task<T> CallAsync<T>(Func<NpgsqlConnection, Task<T>> call, CancellationToken cancellationToken)
    {
        for (bool again = true; ; again = false)
        {
            try
            {
                await MakeSchemaAsync(cancellationToken).ConfigureAwait(false);
                NpgsqlConnection connection = await _source.Value.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    return await call(connection).ConfigureAwait(false);
                }
            }
            catch (NpgsqlException broken) when (again && broken.InnerException is IOException)
            {
                // A connection of the pool that the server has closed since, as after a restart. Every call may be repeated: a write whose
                // response was lost is then one that another writer was faster with.
            }
            catch (NpgsqlException failed)
            {
                if (failed.SqlState == PostgresErrorCodes.UndefinedTable)
                {
                    _tables.Clear();
                    _made = false;
                }

                throw PostgresErrors.Translate(failed);
            }
        }
    }

    /// <summary>Makes a version's table if it is not there.</summary>
    /// <inheritdoc cref="PostgresSchema.MakeAsync(NpgsqlConnection, PostgresTable, bool, CancellationToken)"/>
    public async Task MakeAsync(NpgsqlConnection connection, PostgresTable table, bool indexed, CancellationToken cancellationToken)
    {
        if (!_tables.ContainsKey(table))
        {
            await PostgresSchema.MakeAsync(connection, table, indexed, cancellationToken).ConfigureAwait(false);
            _tables.TryAdd(table, true);
        }
    }

    /// <summary>Drops a version's table.</summary>
    public async Task DropAsync(NpgsqlConnection connection, ModelVersion version, CancellationToken cancellationToken)
    {
        foreach (PostgresTable table in _tables.Keys.Where(table => table.Version == version))
        {
            _tables.TryRemove(table, out _);
        }

        await PostgresSchema.DropAsync(connection, version, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source.IsValueCreated)
        {
            await _source.Value.DisposeAsync().ConfigureAwait(false);
        }

        _making.Dispose();
    }

    private async Task MakeSchemaAsync(CancellationToken cancellationToken)
    {
        if (_made)
        {
            return;
        }

        // One at a time: a connection learns the extension's types when it is opened, so none may be before the extension is there.
        await _making.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_made)
            {
                NpgsqlConnection connection = await _source.Value.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    await PostgresSchema.MakeAsync(connection, cancellationToken).ConfigureAwait(false);
                    await connection.ReloadTypesAsync(cancellationToken).ConfigureAwait(false);
                }

                _made = true;
            }
        }
        finally
        {
            _making.Release();
        }
    }
}
