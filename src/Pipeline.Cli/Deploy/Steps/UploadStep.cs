using System.Globalization;

namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>upload</c>: models under names that never change their content, then the setting that names what the app runs.</summary>
internal static class UploadStep
{
    private const string Classes = "imagenet_class_index.json";

    public static DeploymentStep Step { get; } = new(
        "upload", "the models go to the container 'models', then the app is told which to run", RunAsync, NeedsOutputs: true);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        (DeploymentOutputs made, CommandRunner runner) = (deployment.Outputs, deployment.Runner);
        IReadOnlyList<ModelFiles> models = ModelFiles.Find(deployment);

        // main.bicep grants who deploys the role; roles take minutes to spread.
        await runner.WaitAsync(
            $"access to the blobs of {made.ImagesAccountName}",
            "have Storage Blob Data Contributor on that account granted to you; with vnetEnabled, see vnetAllowedAddresses in main.bicep.",
            $"{made.Blob("list", "models")} --num-results 1 --output none",
            "",
            cancellationToken);
        bool changed = false;
        foreach (ModelFiles model in models)
        {
            foreach ((string file, string blob) in model.Uploads)
            {
                await UploadOnceAsync(deployment, file, blob, cancellationToken);
            }

            string runs = await TemplateParameters.RunningVersionAsync(deployment, made.FunctionAppName, model.Key, cancellationToken);
            changed |= runs != model.Version;
            if (deployment.Options.Azd)
            {
                // azd passes it to main.bicep the next time.
                await runner.RunAsync($"azd env set PIPELINE_{model.Key.ToUpperInvariant()}_VERSION {model.Version}", cancellationToken);
            }
        }

        string classes = Path.Combine(deployment.Models, Classes);
        if (File.Exists(classes))
        {
            await UploadOnceAsync(deployment, classes, Classes, cancellationToken);
        }

        if (!changed)
        {
            runner.Say("The app runs these versions.");
            return;
        }

        // Without output: a list of all settings is nothing for a log.
        await runner.RunAsync(
            $"az functionapp config appsettings set --resource-group {deployment.Group} --name {made.FunctionAppName} " +
            $"--settings {models.Select(model => $"Models__Versions__{model.Key}={model.Version}")} --output none",
            cancellationToken);
    }

    // A blob is written whole or not at all, so one of that name and size is the file.
    private static async Task UploadOnceAsync(Deployment deployment, string file, string blob, CancellationToken cancellationToken)
    {
        // Only a dry run comes here without the file.
        long size = File.Exists(file) ? new FileInfo(file).Length : 0;
        string query = $"[?name=='{blob}'].properties.contentLength | [0]";
        string there = await deployment.Runner.ReadAsync(
            "there", $"{deployment.Outputs.Blob("list", "models")} --prefix {blob} --query {query} --output tsv", cancellationToken);
        if (there == size.ToString(CultureInfo.InvariantCulture))
        {
            deployment.Runner.Say($"{blob} is there.");
            return;
        }

        deployment.Runner.Say(string.Create(CultureInfo.InvariantCulture, $"Uploading {blob} ({size / 1e6:0} MB)"));
        await deployment.Runner.RunAsync(
            $"{deployment.Outputs.Blob("upload", "models")} --file {file} --name {blob} --overwrite true --no-progress --output none",
            cancellationToken);
    }
}
