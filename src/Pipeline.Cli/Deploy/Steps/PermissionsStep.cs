namespace Pipeline.Cli.Deploy.Steps;

/// <summary>
/// <c>permissions</c>: checks the effective permissions in Azure, which covers people, service principals and roles by group.
/// </summary>
internal static class PermissionsStep
{
    private const string Query = "value[?!contains(notActions, 'Microsoft.Authorization/*/Write')].actions[]";

    private static readonly string[] Enough =
        ["*", "Microsoft.Authorization/*", "Microsoft.Authorization/roleAssignments/*", "Microsoft.Authorization/roleAssignments/write"];

    public static DeploymentStep Step { get; } = new(
        "permissions", "the signed-in identity may grant the app's identity its roles", RunAsync);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        CommandRunner runner = deployment.Runner;
        string subscription = await runner.ReadAsync("subscription", $"az account show --query id --output tsv", cancellationToken);
        string address = $"/subscriptions/{subscription}/resourcegroups/{deployment.Group}" +
            "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01";
        string actions = await runner.ReadAsync(
            "actions", $"az rest --method get --url {address} --query {Query} --output tsv", cancellationToken);
        runner.Require(
            actions.Split('\n', StringSplitOptions.TrimEntries).Intersect(Enough, StringComparer.OrdinalIgnoreCase).Any(),
            $"the signed-in identity may not write role assignments in {deployment.Group}.", DeploymentFailure.MissingRight);
    }
}
