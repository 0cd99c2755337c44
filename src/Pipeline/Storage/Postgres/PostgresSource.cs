using Azure.Core;
using Npgsql;

namespace Pipeline.Storage.Postgres;

/// <summary>Makes the driver's source of connections of the setting <c>ImagesDatabase</c>.</summary>
internal static class PostgresSource
{
    // What Azure Database for PostgreSQL takes as a password. Source: Microsoft's "Connect with managed identity to Azure Database for
    // PostgreSQL".
    private const string Scope = "https://ossrdbms-aad.database.windows.net/.default";

    // A token of the credential's cache is good for five minutes more at least, so each of ours is as long as it is used.
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    /// <summary>Reads the setting, and connects to nothing.</summary>
    /// <exception cref="InvalidOperationException">It is no connection string; the message does not quote it.</exception>
    public static NpgsqlConnectionStringBuilder Read(string connection)
    {
        try
        {
            if (new NpgsqlConnectionStringBuilder(connection) is { Host.Length: > 0, Username.Length: > 0 } settings)
            {
                return settings;
            }
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or OverflowException)
        {
            // Its message may quote a part of the password, which a semicolon ends.
        }

        throw new InvalidOperationException(
            $"The setting '{DatabaseServices.Setting}' is no connection string for PostgreSQL with Host and Username. Expected is such " +
            "as 'Host=SERVER;Database=images;Username=ROLE;Password=...;SSL Mode=Require'; without Password Entra ID signs in.");
    }

    /// <summary>The source. It connects when it is first used.</summary>
    /// <param name="settings">As <see cref="Read"/> has it.</param>
    /// <param name="identity">Signs in where there is no password.</param>
    public static NpgsqlDataSource Create(NpgsqlConnectionStringBuilder settings, TokenCredential identity)
    {
        bool signsIn = settings.Password is null or "" && settings.Passfile is null or "";
        if (signsIn && settings.SslMode < SslMode.Require)
        {
            // A token is a password: not to be sent in the clear, whatever a server offers.
            settings.SslMode = SslMode.Require;
        }

        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UseVector();
        if (signsIn)
        {
            builder.UsePeriodicPasswordProvider(
                async (_, cancellationToken) =>
                    (await identity.GetTokenAsync(new TokenRequestContext([Scope]), cancellationToken).ConfigureAwait(false)).Token,
                Renewal,
                Retry);
        }

        return builder.Build();
    }
}
