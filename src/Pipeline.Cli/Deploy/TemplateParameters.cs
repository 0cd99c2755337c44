using System.Text.Json;
using Pipeline.Models;

namespace Pipeline.Cli.Deploy;

/// <summary>
/// The parameters of main.bicep. It overwrites all settings of the app, so the models of a running app and the versions before them are
/// passed on: they only change once the new files are uploaded.
/// </summary>
internal static class TemplateParameters
{
    // main.bicep names the app NAME-, then 13 characters.
    private const int SuffixLength = 14;

    private const string DatabaseParameter = "imagesDatabase";

    public static async Task<IReadOnlyList<string>> CollectAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        DeploymentOptions options = deployment.Options;
        string query = $"[?starts_with(name, '{options.Name}-') && length(name) == `{options.Name.Length + SuffixLength}`].name";
        string app = await deployment.Runner.ReadAsync(
            "app", $"az functionapp list --resource-group {options.Group} --query {query} --output tsv", cancellationToken);
        if (app.Length > 0 && !deployment.Runner.DryRun)
        {
            await RequireDatabaseAsync(deployment, app, cancellationToken);
        }

        var versions = new Dictionary<string, string>();
        var previous = new Dictionary<string, string>();
        bool runs = app.Length > 0 && !deployment.Runner.DryRun;
        foreach (string key in runs ? ModelCatalogue.Default().WithAddedIn(deployment.Models).Models.Select(model => model.Key) : [])
        {
            if (await RunningVersionAsync(deployment, app, key, cancellationToken) is { Length: > 0 } version)
            {
                versions.Add(key, version);
                if (await SettingAsync(deployment, app, $"Models__Previous__{key}", cancellationToken) is { Length: > 0 } replaced)
                {
                    previous.Add(key, replaced);
                }
            }
        }

        string[] models = app.Length > 0
            ? [$"modelVersions={JsonSerializer.Serialize(versions)}", $"previousVersions={JsonSerializer.Serialize(previous)}"]
            : [];
        return
        [
            $"name={options.Name}", $"location={options.Location}", $"instanceMemoryMB={options.MemoryMB}",
            .. options.Parameters, .. models,
        ];
    }

    // Without it the app would go back to the tables, which have been left behind. It is not passed on from here: it may hold a password.
    private static async Task RequireDatabaseAsync(Deployment deployment, string app, CancellationToken cancellationToken)
    {
        bool isGiven = deployment.Options.Parameters.Any(
            parameter => parameter.StartsWith($"{DatabaseParameter}=", StringComparison.OrdinalIgnoreCase));
        if (!isGiven && (await SettingAsync(deployment, app, "ImagesDatabase", cancellationToken)).Length > 0)
        {
            throw DeploymentFailure.Because(
                $"the app {app} keeps its embeddings in a database (ImagesDatabase), and this deployment would take that setting away.",
                $"pass --parameter '{DatabaseParameter}=CONNECTION' again, or an empty one to go back to the tables.");
        }
    }

    /// <summary>The fingerprint of the model that an app runs; empty if its settings name none.</summary>
    public static Task<string> RunningVersionAsync(Deployment deployment, string app, string key, CancellationToken cancellationToken) =>
        SettingAsync(deployment, app, $"Models__Versions__{key}", cancellationToken);

    private static Task<string> SettingAsync(Deployment deployment, string app, string name, CancellationToken cancellationToken) =>
        deployment.Runner.ReadAsync(
            "current",
            $"az functionapp config appsettings list --resource-group {deployment.Group} --name {app} " +
            $"--query {$"[?name=='{name}'].value"} --output tsv",
            cancellationToken);
}
