using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Deploy;

/// <summary>The context of a step: the options, the checkout, the console and the runner of commands.</summary>
internal sealed record Deployment(DeploymentOptions Options, SourceTree Tree, CommandConsole Console, CommandRunner Runner)
{
    public string Group => Options.Group;

    /// <summary>The models; <c>PIPELINE_MODELS</c> names another folder.</summary>
    public string Models => FolderOf("PIPELINE_MODELS") ?? Tree.Models;

    /// <summary>Where the app is built and packed; <c>PIPELINE_WORK</c> names another folder.</summary>
    public string Work => FolderOf("PIPELINE_WORK") ?? Tree.State;

    /// <summary>The outputs of main.bicep; unknown for a step that does not need them.</summary>
    public DeploymentOutputs Outputs { get; init; } = DeploymentOutputs.Unknown;

    public string Bicep(string name) => Path.Combine(Tree.Root, "infra", $"{name}.bicep");

    /// <exception cref="CommandFailure">A step failed; the results of earlier steps stay.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Deployment deployment = this;
        foreach (DeploymentStep step in DeploymentStep.All.Where(step => Options.Steps.Contains(step.Name)))
        {
            if (step.NeedsOutputs && deployment.Outputs == DeploymentOutputs.Unknown)
            {
                await Runner.StepAsync("outputs", "the names of the resources", async () =>
                    deployment = this with { Outputs = await DeploymentOutputs.ReadAsync(this, cancellationToken) }, cancellationToken);
            }

            await Runner.StepAsync(step.Name, step.Description, () => step.RunAsync(deployment, cancellationToken), cancellationToken);
        }

        if (!Runner.DryRun)
        {
            Console.Line($"\nDone. {deployment.Outputs.FunctionAppUrl}".TrimEnd());
        }
    }

    private static string? FolderOf(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder ? Path.GetFullPath(folder) : null;
}

/// <summary>The options of <c>pipeline deploy</c>; its help describes them.</summary>
internal sealed record DeploymentOptions(
    string Group,
    string Location,
    string Name,
    int MemoryMB,
    IReadOnlyList<string> Parameters,
    IReadOnlySet<string> Steps,
    bool Yes,
    IReadOnlySet<string> Models,
    bool AllowUntrained,
    bool Azd);
