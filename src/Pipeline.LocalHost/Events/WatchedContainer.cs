using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Events;

/// <summary>A container whose blobs start functions by events.</summary>
/// <param name="Connection">
/// The name of a setting; null is the host's own storage. If several settings name the same account, one of them.
/// </param>
/// <param name="Name">The container's name.</param>
/// <param name="Functions">The functions that its events start.</param>
internal sealed record WatchedContainer(string? Connection, string Name, IReadOnlyList<EventFunction> Functions)
{
    /// <summary>The containers that an app's functions name.</summary>
    /// <exception cref="HostFailure">A path names no container, or names a setting that is missing.</exception>
    public static IReadOnlyList<WatchedContainer> Of(IEnumerable<FunctionDefinition> functions, AppSettings settings) =>
    [
        .. functions
            .Where(function => function.Trigger is BlobTrigger { ByEvents: true })
            .Select(function => (function.FullName, Connection: ConnectionOf(function, settings), Path: PathOf(function, settings)))
            .GroupBy(blob => settings.Blobs(blob.Connection).GetBlobContainerClient(blob.Path.Container).Uri)
            .Select(group => new WatchedContainer(
                group.First().Connection,
                group.First().Path.Container,
                [.. group.Select(blob => new EventFunction(blob.FullName, blob.Path.Prefix))])),
    ];

    private static string? ConnectionOf(FunctionDefinition function, AppSettings settings) =>
        ((BlobTrigger)function.Trigger!).Connection is { } connection ? settings.Resolve(connection) : null;

    private static (string Container, string Prefix) PathOf(FunctionDefinition function, AppSettings settings)
    {
        string path = settings.Resolve(((BlobTrigger)function.Trigger!).Path);
        return path.Split('/', 2) is [{ Length: > 0 } container, { Length: > 0 } pattern]
            ? (container, pattern.Split('{', 2)[0])
            : throw new HostFailure(
                $"The blob path '{path}' of the function '{function.Name}' must be a container and a name pattern, as in images/{{name}}.");
    }
}

/// <param name="FullName">The function, as the webhook names it.</param>
/// <param name="Prefix">What the names of its blobs begin with; may be empty.</param>
internal sealed record EventFunction(string FullName, string Prefix);
