using Pipeline.Cli.Hosting;

namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>tools</c>: checks the programs that a deployment needs.</summary>
internal static class ToolsStep
{
    private static readonly string[] Tools = ["az", "dotnet"];
    private static readonly Version NeededCli = new(2, 60);

    public static DeploymentStep Step { get; } = new(
        "tools", "the Azure CLI 2.60 and the .NET SDK 10 are installed, and you are signed in", RunAsync);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        CommandRunner runner = deployment.Runner;
        if (!runner.DryRun && Tools.FirstOrDefault(tool => ProgramOnPath.Find(tool) is null) is { } missing)
        {
            throw DeploymentFailure.Missing(missing);
        }

        string cli = await runner.ReadAsync("cli", $"az version --query {"\"azure-cli\""} --output tsv", cancellationToken);
        runner.Require(
            Version.TryParse(cli, out Version? version) && version >= NeededCli,
            $"the Azure CLI is {cli}; 2.60 or later is needed.", "az upgrade");
        string sdks = await runner.ReadAsync("sdks", $"dotnet --list-sdks", cancellationToken);
        runner.Require(
            sdks.Split('\n').Any(sdk => sdk.StartsWith("10.", StringComparison.Ordinal)),
            $"there is no .NET SDK 10 (there is: {sdks.ReplaceLineEndings("; ")}).",
            "install the .NET SDK 10: https://dotnet.microsoft.com/download/dotnet/10.0");
        string subscription = await runner.ReadAsync("subscription", $"az account show --query name --output tsv", cancellationToken);
        runner.Say($"Subscription: {subscription}");
    }
}
