using Pipeline.Cli.Deploy.Steps;

namespace Pipeline.Cli.Deploy;

/// <summary>A part of the deployment that can be run alone, and repeatedly.</summary>
/// <param name="Name">Its name for <c>--only</c>.</param>
/// <param name="Description">What it does, for help and while it runs.</param>
/// <param name="RunAsync">Does it.</param>
/// <param name="NeedsOutputs">Whether it needs the outputs of <c>provision</c>.</param>
internal sealed record DeploymentStep(
    string Name, string Description, Func<Deployment, CancellationToken, Task> RunAsync, bool NeedsOutputs = false)
{
    // Models before the code: the app only starts with the models that its settings name.
    // Events after the code: the host creates their key when it runs the code.
    public static IReadOnlyList<DeploymentStep> All { get; } =
    [
        ToolsStep.Step, ModelsStep.Step, RegionStep.Step, GroupStep.Step, PermissionsStep.Step, WhatIfStep.Step, ProvisionStep.Step,
        UploadStep.Step, PublishStep.Step, EventsStep.Step, SmokeTestStep.Step,
    ];
}
