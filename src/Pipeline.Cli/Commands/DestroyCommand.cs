using System.CommandLine;
using Pipeline.Cli.Deploy;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline destroy</c>: deletes a deployment with its images and embeddings.</summary>
internal static class DestroyCommand
{
    public static Command Create(SourceTree tree, CommandConsole console)
    {
        Option<string> group = DeployCommand.GroupOption("The resource group to delete.");
        Option<bool> yes = DeployCommand.YesOption("Do not ask.");
        Option<bool> dryRun = DeployCommand.DryRunOption();
        var command = new Command(
            "destroy", "Deletes a resource group in Azure with everything in it, images and embeddings included. Lists it and asks first.")
        {
            group, yes, dryRun,
        };
        command.SetAction((parsed, stop) =>
        {
            var runner = new CommandRunner(console, tree.Root, parsed.GetValue(dryRun));
            bool asks = !parsed.GetValue(yes) && !runner.DryRun;
            return asks && !console.CanAsk
                ? throw new CommandFailure(
                    "Before the group is deleted you must type its name, but this is not a terminal where you could. " +
                    "Pass --yes in a script.")
                : runner.StepAsync(
                    "destroy", "the resource group and everything in it",
                    () => RunAsync(parsed.GetValue(group)!, asks, runner, console, stop), stop);
        });
        return command;
    }

    private static async Task RunAsync(
        string group, bool asks, CommandRunner runner, CommandConsole console, CancellationToken cancellationToken)
    {
        if (await runner.ReadAsync("exists", $"az group exists --name {group}", cancellationToken) == "false")
        {
            runner.Say($"There is no resource group '{group}': nothing to delete.");
            return;
        }

        runner.Show(await runner.RunAsync(
            $"az resource list --resource-group {group} --query {"[].{type: type, name: name}"} --output table", cancellationToken));
        if (asks)
        {
            string typed = await console.ReadAsync(
                "All of this will be deleted permanently, including the images. " +
                "Type the name of the resource group to continue:", cancellationToken);
            runner.Require(
                typed == group, $"'{typed}' is not '{group}'; nothing was deleted.", "type the name exactly, or pass --yes in a script.");
        }

        await runner.RunAsync($"az group delete --name {group} --yes", cancellationToken);
        runner.Show(runner.DryRun ? "" : "Deleted.");
    }
}
