namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>what-if</c>: shows what would change, and asks before it does.</summary>
internal static class WhatIfStep
{
    public static DeploymentStep Step { get; } = new("what-if", "what would change, and a question", RunAsync);

    /// <summary>Whether somebody has to answer.</summary>
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
                "the answer was not y; nothing but the resource group was made.", "answer y, or pass --yes where nobody can be asked.");
        }
    }
}
