namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>provision</c>: all resources but Event Grid's subscriptions.</summary>
internal static class ProvisionStep
{
    public static DeploymentStep Step { get; } = new("provision", "the resources of infra/main.bicep (minutes the first time)", RunAsync);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> parameters = await TemplateParameters.CollectAsync(deployment, cancellationToken);
        await deployment.Runner.RunAsync(
            $"az deployment group create --resource-group {deployment.Group} --name pipeline --template-file {deployment.Bicep("main")} " +
            $"--parameters {parameters} --output none",
            cancellationToken);
    }
}
