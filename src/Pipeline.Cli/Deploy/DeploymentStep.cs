using Pipeline.Cli.Deploy.Steps;

namespace Pipeline.Cli.Deploy;

/// <summary>A part of the deployment that can be run by itself, and again.</summary>
/// <param name="Name">What <c>--only</c> calls it.</param>
/// <param name="Description">What it does, for help and while it runs.</param>
/// <param name="RunAsync">Does it.</param>
/// <param name="NeedsOutputs">Whether it needs the names of what <c>provision</c> made.</param>
internal sealed record DeploymentStep(
    string Name, string Description, Func<Deployment, CancellationToken, Task> RunAsync, bool NeedsOutputs = false)
{
    // Models before the code: an app starts only with the models that its settings name.
    // Events after the code: their key is made by the host when it runs it.
    public static IReadOnlyList<DeploymentStep> All { get; } =
    [
        ToolsStep.Step, ModelsStep.Step, RegionStep.Step, GroupStep.Step, PermissionsStep.Step, WhatIfStep.Step, ProvisionStep.Step,
        UploadStep.Step, PublishStep.Step, EventsStep.Step, SmokeTestStep.Step,
    ];
}
