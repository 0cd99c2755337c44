using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Pipeline.Tests.Infra;

/// <summary>
/// The resources that a template makes with given parameters, as the compiler predicts them: modules, loops and conditions are evaluated;
/// values that only Azure knows stay expressions.
/// </summary>
internal sealed class Deployment
{
    private const string Subscription = "00000000-0000-0000-0000-000000000001";

    private static readonly ConcurrentDictionary<string, Task<Deployment>> Known = new();

    private readonly IReadOnlyList<JsonObject> _resources;

    private Deployment(JsonObject snapshot) =>
        _resources = [.. snapshot["predictedResources"]!.AsArray().Select(resource => resource!.AsObject())];

    /// <summary>What <c>main.bicep</c> makes.</summary>
    /// <param name="parameters">Lines of Bicep: <c>param name = value</c>.</param>
    /// <param name="operatorId">Object id of the operator; empty for none.</param>
    public static Task<Deployment> OfMainAsync(string parameters = "", string operatorId = "") =>
        OfAsync("main.bicep", $"param operatorPrincipalId = '{operatorId}'\n{parameters}");

    /// <summary>What <c>events.bicep</c> adds once the code is there.</summary>
    public static Task<Deployment> OfEventsAsync() => OfAsync(
        "events.bicep", "param functionAppName = 'app'\nparam systemTopicName = 'topic'\nparam imagesAccountName = 'imagesaccount'");

    public IReadOnlyList<JsonObject> All => _resources;

    public IReadOnlyList<JsonObject> OfType(string type) => [.. _resources.Where(resource => Text(resource["type"]) == type)];

    public JsonObject Single(string type) => Assert.Single(OfType(type));

    /// <summary>The last parts of the names of a type's resources, in order: a container's, without the account's.</summary>
    public IEnumerable<string> Names(string type) => OfType(type).Select(resource => Text(resource["name"]).Split('/')[^1]);

    public static string Text(JsonNode? node) => node!.GetValue<string>();

    private static Task<Deployment> OfAsync(string template, string parameters) =>
        Known.GetOrAdd($"{template}\n{parameters}", _ => ForetellAsync(template, parameters));

    private static async Task<Deployment> ForetellAsync(string template, string parameters)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "infra", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            string file = Path.Combine(folder, "parameters.bicepparam");
            string relative = Path.GetRelativePath(folder, Repository.Path("infra", template)).Replace('\\', '/');
            await File.WriteAllTextAsync(file, $"using '{relative}'\n{parameters}\n");
            (int exitCode, _, string messages) = await BicepCompiler.RunAsync(
                "snapshot", file, "--mode", "overwrite",
                "--subscription-id", Subscription, "--resource-group", "group", "--location", "northeurope");
            Assert.True(exitCode == 0, messages);
            return new Deployment(JsonNode.Parse(await File.ReadAllBytesAsync(Path.ChangeExtension(file, ".snapshot.json")))!.AsObject());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
