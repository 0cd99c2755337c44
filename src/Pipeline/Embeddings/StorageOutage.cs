using Azure;

namespace Pipeline.Embeddings;

/// <summary>Tells an outage of storage, which passes and is worth another try, from a fault of ours.</summary>
public static class StorageOutage
{
    /// <summary>True if the exception means that storage could not be reached, was too busy or broke off.</summary>
    public static bool Is(Exception exception) => exception switch
    {
        // After its last try the SDK throws all of them together.
        AggregateException several => several.InnerExceptions.All(Is),
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
        HttpRequestException or IOException => true,
        // The SDK's own network timeout; a caller's cancellation has no such cause and is no outage.
        TaskCanceledException { InnerException: TimeoutException or IOException } => true,
        _ => false,
    };
}
