using System.Globalization;
using Npgsql;

namespace Pipeline.Storage.Postgres;

/// <summary>
/// What the app makes in the database: the extension, its own version, the list of models and a table for each. Made and brought up to
/// date by whichever instance comes first; the others wait for its lock and then find it done.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>What an administrator runs where the app's role may not.</summary>
    public const string AdministratorSql =
        "CREATE EXTENSION IF NOT EXISTS vector; GRANT USAGE, CREATE ON SCHEMA public TO \"ROLE\";";

    // Any number that no other program takes for its locks in this database.
    private const long Lock = 0x50_69_70_65_6C_69_6E_65;

    private static readonly Version LeastPgvector = new(0, 8);

    // The i-th brings version i to i + 1. What was published stays as it is: a change is another step at the end.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE pipeline_schema (version integer NOT NULL);
        INSERT INTO pipeline_schema VALUES (0);
        CREATE TABLE pipeline_models (
            key text NOT NULL,
            fingerprint text NOT NULL,
            dimensions integer NOT NULL,
            PRIMARY KEY (key, fingerprint)
        );
        """,
    ];

    /// <summary>Makes what is not there yet.</summary>
    /// <exception cref="DatabaseException">The role may not, or the server lacks the extension; the message says what to run.</exception>
    public static async Task MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Nothing is written, and no lock taken, where everything is there: an instance that starts asks this once.
        if (await FindPgvectorAsync(connection, cancellationToken).ConfigureAwait(false) is { } version
            && await FindVersionAsync(connection, cancellationToken).ConfigureAwait(false) == Steps.Length)
        {
            RefuseOld(version);
            return;
        }

        await LockedAsync(
            connection,
            async () =>
            {
                await MakeExtensionAsync(connection, cancellationToken).ConfigureAwait(false);
                for (int step = await FindVersionAsync(connection, cancellationToken).ConfigureAwait(false); step < Steps.Length; step++)
                {
                    string sql = string.Create(
                        CultureInfo.InvariantCulture, $"{Steps[step]}; UPDATE pipeline_schema SET version = {step + 1}");
                    await connection.ExecuteAsync(sql, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a version's table.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="table">The table.</param>
    /// <param name="indexed">
    /// Whether to index its vectors if this makes the table; false for one that is filled first: an index is built in a fraction of the
    /// time at once.
    /// </param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public static async Task MakeAsync(
        NpgsqlConnection connection, PostgresTable table, bool indexed, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(connection, table.Name, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await LockedAsync(
            connection,
            async () =>
            {
                if (await ExistsAsync(connection, table.Name, cancellationToken).ConfigureAwait(false))
                {
                    return;
                }

                string note = string.Create(CultureInfo.InvariantCulture, $"""
                    INSERT INTO pipeline_models VALUES ('{table.Version.Key}', '{table.Version.Fingerprint}', {table.Dimensions})
                    ON CONFLICT (key, fingerprint) DO UPDATE SET dimensions = excluded.dimensions;
                    """);
                await connection.ExecuteAsync(
                    $"{table.Creation} {note} {(indexed ? table.Indexing : "")}", cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops a version's table.</summary>
    public static Task DropAsync(NpgsqlConnection connection, ModelVersion version, CancellationToken cancellationToken) => LockedAsync(
        connection,
        () => connection.ExecuteAsync(
            $"DROP TABLE IF EXISTS {new PostgresTable(version, 0).Name}; " +
            $"DELETE FROM pipeline_models WHERE key = '{version.Key}' AND fingerprint = '{version.Fingerprint}'",
            cancellationToken),
        cancellationToken);

    private static async Task LockedAsync(NpgsqlConnection connection, Func<Task> make, CancellationToken cancellationToken)
    {
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            // Given back by the end of the transaction, also where the app dies in it.
            await connection.ExecuteAsync("SELECT pg_advisory_xact_lock($1)", cancellationToken, Lock).ConfigureAwait(false);
            try
            {
                await make().ConfigureAwait(false);
            }
            catch (PostgresException denied) when (denied.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                throw new DatabaseException(
                    DatabaseFault.Denied,
                    $"The app's role may not make what it needs in the database ({denied.MessageText}). An administrator runs there, " +
                    $"with the role's name in place of ROLE: {AdministratorSql}",
                    denied);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task MakeExtensionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await FindPgvectorAsync(connection, cancellationToken).ConfigureAwait(false) is { } version)
        {
            RefuseOld(version);
            return;
        }

        try
        {
            await connection.ExecuteAsync("CREATE EXTENSION IF NOT EXISTS vector", cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException missing) when (
            missing.SqlState is PostgresErrorCodes.UndefinedFile or PostgresErrorCodes.FeatureNotSupported)
        {
            // The first where it is not installed, the second where Azure's list of allowed extensions lacks it.
            throw new DatabaseException(
                DatabaseFault.Unusable,
                $"The database server has no extension pgvector ({missing.MessageText}). Install it, or, in Azure Database for " +
                $"PostgreSQL, add VECTOR to the server parameter azure.extensions; then an administrator runs: {AdministratorSql}",
                missing);
        }
    }

    private static void RefuseOld(Version pgvector)
    {
        if (pgvector < LeastPgvector)
        {
            throw new DatabaseException(
                DatabaseFault.Unusable,
                $"The database has pgvector {pgvector}; {LeastPgvector} or newer is needed, which goes on searching where a filter " +
                "leaves few images. Update the server, then an administrator runs: ALTER EXTENSION vector UPDATE;");
        }
    }

    private static async Task<Version?> FindPgvectorAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> found = await connection.QueryAsync(
            "SELECT extversion FROM pg_extension WHERE extname = 'vector'", row => row.GetString(0), cancellationToken)
            .ConfigureAwait(false);
        return found is [var version] ? Version.Parse(version) : null;
    }

    /// <returns>0 where there is nothing yet.</returns>
    private static async Task<int> FindVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(connection, "pipeline_schema", cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }

        int version = (await connection.QueryAsync(
            "SELECT version FROM pipeline_schema", row => row.GetInt32(0), cancellationToken).ConfigureAwait(false))[0];
        return version <= Steps.Length
            ? version
            : throw new DatabaseException(
                DatabaseFault.Unusable,
                $"The database was made by a newer version of the app: it has the schema {version}, this app knows {Steps.Length}. " +
                "Deploy the newer app again, or use another database.");
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken) =>
        (await connection.QueryAsync(
            "SELECT to_regclass($1) IS NOT NULL", row => row.GetBoolean(0), cancellationToken, table).ConfigureAwait(false))[0];
}
