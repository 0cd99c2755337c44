using Azure;

namespace Pipeline.Storage;

/// <summary>Reads the errors of storage's SDK. What passes by itself is a <see cref="StorageOutage"/>.</summary>
internal static class StorageError
{
    /// <summary>
    /// True if storage answered, and refuses the app's identity or key: a role is missing or has not taken effect yet, or a network rule
    /// stands in the way. Another try does not help; somebody has to assign the role.
    /// </summary>
    public static bool IsDenied(Exception exception) => exception switch
    {
        // The SDK's tries in order: what the last one met is how things are.
        AggregateException { InnerExceptions: [.., var last] } => IsDenied(last),
        RequestFailedException failed => failed.Status is 401 or 403,
        DatabaseException failed => failed.Fault == DatabaseFault.Denied,
        _ => false,
    };
}
