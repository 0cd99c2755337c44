namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>group</c>: an existing group keeps its region; its resources may be in another one.</summary>
internal static class GroupStep
{
    public static DeploymentStep Step { get; } = new("group", "the resource group is created if it does not exist", RunAsync);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        if (await deployment.Runner.ReadAsync("exists", $"az group exists --name {deployment.Group}", cancellationToken) == "true")
        {
            deployment.Runner.Say("It exists.");
            return;
        }

        await deployment.Runner.RunAsync(
            $"az group create --name {deployment.Group} --location {deployment.Options.Location} --output none", cancellationToken);
    }
}
