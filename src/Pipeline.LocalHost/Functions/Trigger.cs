using System.Text.Json;

namespace Pipeline.LocalHost.Functions;

/// <summary>What starts a function.</summary>
/// <param name="Parameter">The name of the function's parameter.</param>
internal abstract record Trigger(string Parameter)
{
    /// <summary>A trigger from a binding as the worker's build writes it; null if this host does not support the binding.</summary>
    public static Trigger? Read(JsonElement binding)
    {
        string parameter = Text(binding, "name") ?? "";
        return Text(binding, "type")?.ToUpperInvariant() switch
        {
            "HTTPTRIGGER" => new HttpTrigger(parameter, Text(binding, "route"), Texts(binding, "methods")),
            "BLOBTRIGGER" => new BlobTrigger(
                parameter,
                Text(binding, "path") ?? "",
                Text(binding, "connection"),
                "EventGrid".Equals(Text(binding, "source"), StringComparison.OrdinalIgnoreCase)),
            "QUEUETRIGGER" => new QueueTrigger(parameter, Text(binding, "queueName") ?? "", Text(binding, "connection")),
            "TIMERTRIGGER" => new TimerTrigger(parameter, Text(binding, "schedule") ?? "", Flag(binding, "runOnStartup")),
            _ => null,
        };
    }

    private static string? Text(JsonElement binding, string name) =>
        binding.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Flag(JsonElement binding, string name) =>
        binding.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static IReadOnlyList<string> Texts(JsonElement binding, string name) =>
        binding.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => item.GetString() ?? "")]
            : [];
}

/// <param name="Parameter"><inheritdoc cref="Trigger" path="/param"/></param>
/// <param name="Route">The route below the prefix; null is the function's name.</param>
/// <param name="Methods">The methods; an empty list is all.</param>
internal sealed record HttpTrigger(string Parameter, string? Route, IReadOnlyList<string> Methods) : Trigger(Parameter);

/// <param name="Parameter"><inheritdoc cref="Trigger" path="/param"/></param>
/// <param name="Path">Container and pattern, such as <c>images/{name}</c>.</param>
/// <param name="Connection">The name of a setting; null is the host's own storage.</param>
/// <param name="ByEvents">Whether events start it (source EventGrid), not a scan of the container.</param>
internal sealed record BlobTrigger(string Parameter, string Path, string? Connection, bool ByEvents) : Trigger(Parameter);

/// <param name="Parameter"><inheritdoc cref="Trigger" path="/param"/></param>
/// <param name="Queue">The queue's name.</param>
/// <param name="Connection">The name of a setting; null is the host's own storage.</param>
internal sealed record QueueTrigger(string Parameter, string Queue, string? Connection) : Trigger(Parameter);

/// <param name="Parameter"><inheritdoc cref="Trigger" path="/param"/></param>
/// <param name="Schedule">NCRONTAB, six fields.</param>
/// <param name="RunOnStartup">Whether it also runs when the host starts.</param>
internal sealed record TimerTrigger(string Parameter, string Schedule, bool RunOnStartup) : Trigger(Parameter);
