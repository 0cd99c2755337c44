namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>region</c>: checks that the region offers the plan.</summary>
internal static class RegionStep
{
    public static DeploymentStep Step { get; } = new("region", "the region offers Flex Consumption", RunAsync);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        string regions = await deployment.Runner.ReadAsync(
            "regions", $"az functionapp list-flexconsumption-locations --query {"[].name"} --output tsv", cancellationToken);
        string[] offered = regions.Split('\n', StringSplitOptions.TrimEntries);
        deployment.Runner.Require(
            offered.Contains(deployment.Options.Location, StringComparer.Ordinal),
            $"the region '{deployment.Options.Location}' does not offer Flex Consumption. These do: {string.Join(' ', offered)}",
            "choose one of them with -l.");
    }
}
