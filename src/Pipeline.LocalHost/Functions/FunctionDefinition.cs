using System.Text.Json;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Functions;

/// <summary>A function of the app.</summary>
/// <param name="Id">The worker's id of the function; empty if it was read from the app's folder.</param>
/// <param name="Name">Unique in the app.</param>
/// <param name="Trigger">What starts it; null if this host does not support the kind.</param>
internal sealed record FunctionDefinition(string Id, string Name, Trigger? Trigger)
{
    /// <summary>The name in logs, as the real host writes it.</summary>
    public string ShortName => $"Functions.{Name}";

    /// <summary>The name in poison messages, locks and the webhook's address.</summary>
    public string FullName => $"Host.{ShortName}";

    /// <summary>A function as the worker describes it.</summary>
    public static FunctionDefinition Read(RpcFunctionMetadata metadata)
    {
        foreach (string binding in metadata.RawBindings)
        {
            using var json = JsonDocument.Parse(binding);
            if (Trigger.Read(json.RootElement) is { } trigger)
            {
                return new FunctionDefinition(metadata.FunctionId, metadata.Name, trigger);
            }
        }

        return new FunctionDefinition(metadata.FunctionId, metadata.Name, null);
    }

    /// <summary>A function as functions.metadata describes it.</summary>
    public static FunctionDefinition Read(JsonElement metadata) => new(
        "",
        metadata.GetProperty("name").GetString()!,
        metadata.GetProperty("bindings").EnumerateArray().Select(Trigger.Read).FirstOrDefault(trigger => trigger is not null));
}
