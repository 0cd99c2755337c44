using Azure.Identity;
using Npgsql;

namespace Pipeline.Storage.Postgres;

/// <summary>Reads the driver's errors.</summary>
internal static class PostgresErrors
{
    /// <summary>The driver's error as the app's.</summary>
    public static DatabaseException Translate(NpgsqlException exception) => exception switch
    {
        PostgresException refused when IsDenied(refused.SqlState) => new DatabaseException(
            DatabaseFault.Denied, $"The database refuses the app ({refused.SqlState}: {refused.MessageText}).", exception),
        PostgresException busy when IsAway(busy.SqlState) => new DatabaseException(
            DatabaseFault.Away, $"The database is busy or restarts ({busy.SqlState}: {busy.MessageText}).", exception),
        PostgresException failed => new DatabaseException(
            DatabaseFault.Unusable, $"The database cannot do that ({failed.SqlState}: {failed.MessageText}).", exception),
        { InnerException: AuthenticationFailedException } => new DatabaseException(
            DatabaseFault.Away, "The identity with which the app signs in to the database cannot be asked.", exception),
        _ => new DatabaseException(DatabaseFault.Away, $"The database cannot be reached ({exception.Message}).", exception),
    };

    // Authorisation (28), and a right that the role lacks.
    private static bool IsDenied(string state) => state.StartsWith("28", StringComparison.Ordinal)
        || state == PostgresErrorCodes.InsufficientPrivilege;

    // Connections (08), resources (53), an operator's or a limit's intervention (57), two transactions in each other's way (40), a lock
    // that is held, and a server that became read-only by a failover.
    private static bool IsAway(string state) => state[..2] is "08" or "53" or "57" or "40"
        || state is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.ReadOnlySqlTransaction;
}
