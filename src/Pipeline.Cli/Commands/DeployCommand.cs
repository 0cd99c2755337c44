using System.CommandLine;
using System.Text.RegularExpressions;
using Pipeline.Cli.Deploy;
using Pipeline.Cli.Deploy.Steps;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline deploy</c>: from a subscription to the running app, with the Azure CLI.</summary>
internal static partial class DeployCommand
{
    private static readonly string[] Steps = [.. DeploymentStep.All.Select(step => step.Name)];

    private static readonly string Details =
        $"""
        Steps:
        {string.Join('\n', DeploymentStep.All.Select(step => $"  {step.Name,-12} {step.Description}"))}

        Examples:
          ./pipeline deploy -g images -l westeurope --dry-run
          ./pipeline deploy -g images -l westeurope
          ./pipeline deploy -g images -l westeurope --yes --memory 4096 --parameter alwaysReadyHttp=1
          ./pipeline deploy -g images -l westeurope --models resnet18
          ./pipeline deploy -g images -l westeurope --only publish

        Environment: PIPELINE_TRIES (60) is the number of attempts of each wait, PIPELINE_PAUSE_SECONDS (10) the pause between them;
        PIPELINE_MODELS (models/) and PIPELINE_WORK (.pipeline/) are folders.
        """;

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        Option<string> group = GroupOption("The resource group; created if it does not exist.");
        var location = new Option<string>("--location", "-l")
        {
            Description = "A region that offers Flex Consumption; list them with: az functionapp list-flexconsumption-locations -o table",
            HelpName = "REGION",
            Required = true,
        };
        Validate(location, value => value.Trim().Length > 0, "takes the name of a region");
        var name = new Option<string>("--name")
        {
            Description = "First part of every resource's name.", DefaultValueFactory = _ => "pipeline",
        };
        Validate(name, NamePattern().IsMatch, "takes 2 to 16 lower-case letters, digits and hyphens");
        var memory = new Option<int>("--memory") { Description = "Memory of an instance in MB.", DefaultValueFactory = _ => 2048 };
        memory.AcceptOnlyFromAmong("2048", "4096");
        var parameters = new Option<string[]>("--parameter")
        {
            Description = "A parameter of infra/main.bicep; may be repeated.", HelpName = "NAME=VALUE",
        };
        Validate(parameters, value => value.IndexOf('=') > 0, "takes NAME=VALUE");
        var only = new Option<string[]>("--only") { Description = "Run only these of the steps below.", HelpName = "STEP[,STEP]" };
        Validate(only, value => value.Split(',').All(Steps.Contains), $"takes one or more of these steps: {string.Join(", ", Steps)}");
        var skipWhatIf = new Option<bool>("--skip-what-if") { Description = "Do not show the changes, and do not ask." };
        var models = new Option<string[]>("--models")
        {
            Description = "Deploy only these models. Default: all in the models folder.", HelpName = "KEY[,KEY]",
        };
        var allowUntrained = new Option<bool>("--allow-untrained") { Description = "Deploy untrained models, to try the deployment." };
        var azd = new Option<bool>(
            "--azd") { Description = "For azd's hooks: names come from azd's environment, and no question is asked." };
        Option<bool> yes = YesOption("Do not ask after the what-if.");
        Option<bool> dryRun = DryRunOption();
        var command = new DetailedCommand(
            "deploy", "Creates or updates the pipeline in a resource group in Azure. It is safe to run it again at any time.", Details)
        {
            group, location, name, memory, parameters, only, skipWhatIf, models, allowUntrained, azd, yes, dryRun,
        };
        command.SetAction((parsed, stop) =>
        {
            string[] chosen = parsed.GetValue(only) is { Length: > 0 } steps ? [.. steps.SelectMany(step => step.Split(','))] : Steps;
            var options = new DeploymentOptions(
                parsed.GetValue(group)!,
                parsed.GetValue(location)!.ToLowerInvariant().Replace(" ", "", StringComparison.Ordinal),
                parsed.GetValue(name)!,
                parsed.GetValue(memory),
                parsed.GetValue(parameters) ?? [],
                chosen.Where(step => step != WhatIfStep.Step.Name || !parsed.GetValue(skipWhatIf)).ToHashSet(),
                parsed.GetValue(yes) || parsed.GetValue(azd),
                (parsed.GetValue(models) ?? []).SelectMany(keys => keys.Split(',', StringSplitOptions.TrimEntries)).ToHashSet(),
                parsed.GetValue(allowUntrained),
                parsed.GetValue(azd));
            var deployment = new Deployment(options, tree, console, new CommandRunner(console, tree.Root, parsed.GetValue(dryRun)));

            // Before anything is created.
            return WhatIfStep.Asks(deployment) && !console.CanAsk
                ? throw new CommandFailure(
                    "The deployment shows the changes and asks before it makes them, but this is not a terminal where you could answer. " +
                    "Pass --yes to deploy without the question, --only what-if to only see the changes, or --dry-run to see the commands.")
                : deployment.RunAsync(stop);
        });
        return command;
    }

    public static Option<string> GroupOption(string description)
    {
        var group = new Option<string>("--resource-group", "-g") { Description = description, HelpName = "GROUP", Required = true };
        Validate(group, value => value.Trim().Length > 0, "takes the name of a resource group");
        return group;
    }

    public static Option<bool> YesOption(string description) => new("--yes") { Description = description };

    public static Option<bool> DryRunOption() =>
        new("--dry-run") { Description = "Print every command, ready to paste into a shell, and run none." };

    private static void Validate(Option option, Predicate<string> isRight, string rule) => option.Validators.Add(result =>
    {
        if (result.Tokens.FirstOrDefault(token => !isRight(token.Value)) is { } wrong)
        {
            result.AddError($"{option.Name} {rule}, not '{wrong.Value}'.");
        }
    });

    [GeneratedRegex(@"^[a-z0-9-]{2,16}\z")]
    private static partial Regex NamePattern();
}
