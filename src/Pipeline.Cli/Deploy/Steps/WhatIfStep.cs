namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>what-if</c>: shows the changes, and asks before they are made.</summary>
internal static class WhatIfStep
{
    public static DeploymentStep Step { get; } = new("what-if", "the changes are shown, and confirmed by you", RunAsync);

    /// <summary>Whether the step asks a question.</summary>
    public static bool Asks(Deployment deployment) =>
        !deployment.Options.Yes && !deployment.Runner.DryRun && deployment.Options.Steps.IsSupersetOf([Step.Name, ProvisionStep.Step.Name]);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> parameters = await TemplateParameters.CollectAsync(deployment, cancellationToken);
        deployment.Runner.Show(await deployment.Runner.RunAsync(
            $"az deployment group what-if --resource-group {deployment.Group} --template-file {deployment.Bicep("main")} " +
            $"--parameters {parameters}",
            cancellationToken));
        if (Asks(deployment) && !await deployment.Console.AskAsync("Go on?", cancellationToken, defaultAnswer: false))
        {
            throw DeploymentFailure.Because(
                "the answer was not y; only the resource group was created.", "answer y, or pass --yes in a script.");
        }
    }
}
