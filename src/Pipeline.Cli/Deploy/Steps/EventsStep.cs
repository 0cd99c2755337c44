namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>events</c>: events.bicep, once the host has created the webhook's key.</summary>
internal static class EventsStep
{
    // The query only asks whether the key exists: the key itself stays in Azure, where events.bicep reads it.
    private const string HasKey = "systemKeys.blobs_extension != `null`";

    public static DeploymentStep Step { get; } = new(
        "events", "Event Grid sends the app events about images (infra/events.bicep)", RunAsync, NeedsOutputs: true);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        (string group, DeploymentOutputs made, CommandRunner runner) = (deployment.Group, deployment.Outputs, deployment.Runner);
        await runner.WaitAsync(
            $"the webhook key of {made.FunctionAppName}",
            "see in the portal (Diagnose and solve problems) why the host does not start; then --only publish,events,smoke-test.",
            $"az functionapp keys list --resource-group {group} --name {made.FunctionAppName} --query {HasKey} --output tsv",
            "true",
            cancellationToken);
        await runner.RunAsync(
            $"az deployment group create --resource-group {group} --name pipeline-events --template-file {deployment.Bicep("events")} " +
            $"--parameters functionAppName={made.FunctionAppName} imagesAccountName={made.ImagesAccountName} " +
            $"systemTopicName={made.SystemTopicName} --output none",
            cancellationToken);
    }
}
