using System.Globalization;

namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>upload</c>: uploads models under names whose content never changes, then sets the versions that the app runs.</summary>
internal static class UploadStep
{
    private const string Classes = "imagenet_class_index.json";

    public static DeploymentStep Step { get; } = new(
        "upload", "the models are uploaded to the container 'models', then the app's settings name them", RunAsync, NeedsOutputs: true);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        (DeploymentOutputs made, CommandRunner runner) = (deployment.Outputs, deployment.Runner);
        IReadOnlyList<ModelFiles> models = ModelFiles.Find(deployment);

        // main.bicep grants the deploying user the role; roles take minutes to apply.
        await runner.WaitAsync(
            $"access to the blobs of {made.ImagesAccountName}",
            "ask for the role Storage Blob Data Contributor on that account; with vnetEnabled, see vnetAllowedAddresses in main.bicep.",
            $"{made.Blob("list", "models")} --num-results 1 --output none",
            "",
            cancellationToken);
        List<string> settings = [];
        foreach (ModelFiles model in models)
        {
            foreach ((string file, string blob) in model.Uploads)
            {
                await UploadOnceAsync(deployment, file, blob, cancellationToken);
            }

            string runs = await TemplateParameters.RunningVersionAsync(deployment, made.FunctionAppName, model.Key, cancellationToken);
            bool changed = runs != model.Version;
            if (changed)
            {
                settings.Add($"Models__Versions__{model.Key}={model.Version}");
                if (runs.Length > 0)
                {
                    // It responds to queries until the new version has embedded all images.
                    settings.Add($"Models__Previous__{model.Key}={runs}");
                }
            }

            if (deployment.Options.Azd)
            {
                // azd passes it to main.bicep on the next run.
                await runner.RunAsync($"azd env set PIPELINE_{model.Key.ToUpperInvariant()}_VERSION {model.Version}", cancellationToken);
                if (changed && runs.Length > 0)
                {
                    await runner.RunAsync($"azd env set PIPELINE_{model.Key.ToUpperInvariant()}_PREVIOUS {runs}", cancellationToken);
                }
            }
        }

        string classes = Path.Combine(deployment.Models, Classes);
        if (File.Exists(classes))
        {
            await UploadOnceAsync(deployment, classes, Classes, cancellationToken);
        }

        if (settings.Count == 0)
        {
            runner.Say("The app runs these versions already.");
            return;
        }

        // Without output: a list of all settings does not belong in a log.
        await runner.RunAsync(
            $"az functionapp config appsettings set --resource-group {deployment.Group} --name {made.FunctionAppName} " +
            $"--settings {settings} --output none",
            cancellationToken);
        if (settings.Any(setting => setting.StartsWith("Models__Previous__", StringComparison.Ordinal)))
        {
            runner.Say(
                "The versions before respond to queries until the new ones have embedded all images: run ./pipeline backfill. " +
                "/api/health says which respond (answersFrom).");
        }
    }

    // A blob is never stored partially, so one of that name and size is the file.
    private static async Task UploadOnceAsync(Deployment deployment, string file, string blob, CancellationToken cancellationToken)
    {
        // The file is only missing in a dry run.
        long size = File.Exists(file) ? new FileInfo(file).Length : 0;
        string query = $"[?name=='{blob}'].properties.contentLength | [0]";
        string there = await deployment.Runner.ReadAsync(
            "there", $"{deployment.Outputs.Blob("list", "models")} --prefix {blob} --query {query} --output tsv", cancellationToken);
        if (there == size.ToString(CultureInfo.InvariantCulture))
        {
            deployment.Runner.Say($"{blob} is uploaded already.");
            return;
        }

        deployment.Runner.Say(string.Create(CultureInfo.InvariantCulture, $"Uploading {blob} ({size / 1e6:0} MB)"));
        await deployment.Runner.RunAsync(
            $"{deployment.Outputs.Blob("upload", "models")} --file {file} --name {blob} --overwrite true --no-progress --output none",
            cancellationToken);
    }
}
