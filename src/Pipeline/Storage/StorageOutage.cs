using Azure;
using Azure.Identity;

namespace Pipeline.Storage;

/// <summary>Recognises an outage of storage, which passes and is worth another attempt, among errors of the app or of a client.</summary>
internal static class StorageOutage
{
    /// <summary>
    /// True if the exception means that storage, or the identity that asks it, could not be reached, was too busy or broke off. Takes
    /// nothing but what the SDK throws: an <see cref="IOException"/> alone may also come from a client that is too slow, or from a local
    /// file.
    /// </summary>
    public static bool Is(Exception exception) => exception switch
    {
        // After its last try the SDK throws all of them together; a connection that broke off in the body is only there.
        AggregateException { InnerExceptions.Count: > 0 } tries => tries.InnerExceptions.All(
            attempt => attempt is IOException or HttpRequestException || Is(attempt)),
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,

        DatabaseException failed => failed.Fault == DatabaseFault.Away,

        // The endpoint of the managed identity is away, as while an instance starts.
        AuthenticationFailedException => true,

        // The SDK's own network timeout names its cause; a caller's cancellation has none, and is no outage.
        TaskCanceledException { InnerException: TaskCanceledException or TimeoutException or IOException } => true,
        _ => false,
    };
}
