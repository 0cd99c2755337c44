using Azure.Identity;
using Pipeline.Storage.Postgres;

namespace Pipeline.Cli.Accounts;

/// <summary>The database of the embeddings, of which the environment has the connection string as the app has it.</summary>
internal static class ImagesDatabase
{
    /// <summary>The database; null where the environment names none, and so the embeddings are in the tables.</summary>
    /// <exception cref="CommandFailure">The variable is no connection string.</exception>
    public static PostgresDatabase? Find()
    {
        if (Environment.GetEnvironmentVariable(DatabaseServices.Setting) is not { Length: > 0 } connection)
        {
            return null;
        }

        try
        {
            Npgsql.NpgsqlConnectionStringBuilder settings = PostgresSource.Read(connection);
            return new PostgresDatabase(() => PostgresSource.Create(settings, new DefaultAzureCredential()));
        }
        catch (InvalidOperationException malformed)
        {
            throw new CommandFailure(malformed.Message);
        }
    }

    /// <summary>The database.</summary>
    /// <exception cref="CommandFailure">The environment names none.</exception>
    public static PostgresDatabase Open() => Find() ?? throw new CommandFailure(
        $"Set the environment variable {DatabaseServices.Setting} to the connection string of the database, as the app has it. It is not " +
        "taken from the command line, which all users of the machine see.");
}
