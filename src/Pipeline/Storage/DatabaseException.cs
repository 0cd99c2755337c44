namespace Pipeline.Storage;

/// <summary>Why a call to the database failed.</summary>
internal enum DatabaseFault
{
    /// <summary>It, or the identity that it asks for, cannot be reached, is too busy or broke off: it passes.</summary>
    Away,

    /// <summary>It refuses the app's role, or the role lacks a right: somebody has to grant it.</summary>
    Denied,

    /// <summary>Anything else: the message says what to do, or the call is wrong.</summary>
    Unusable,
}

/// <summary>
/// A call to the database of the embeddings failed. Made where the calls are, so that code that handles errors needs no type of the driver.
/// </summary>
/// <param name="fault">Why.</param>
/// <param name="message">What was wrong, and what to do.</param>
/// <param name="cause">What the driver threw; null where the app found it itself.</param>
internal sealed class DatabaseException(DatabaseFault fault, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Why.</summary>
    public DatabaseFault Fault { get; } = fault;
}
