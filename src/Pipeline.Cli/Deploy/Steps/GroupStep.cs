namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>group</c>: one that is there keeps its region, for what is in it may lie in another.</summary>
internal static class GroupStep
{
    public static DeploymentStep Step { get; } = new("group", "the resource group, made if it is not there", RunAsync);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        if (await deployment.Runner.ReadAsync("exists", $"az group exists --name {deployment.Group}", cancellationToken) == "true")
        {
            deployment.Runner.Say("It is there.");
            return;
        }

        await deployment.Runner.RunAsync(
            $"az group create --name {deployment.Group} --location {deployment.Options.Location} --output none", cancellationToken);
    }
}
