namespace Pipeline.Cli.Deploy;

/// <summary>What a deployment is asked to do; the options of <c>pipeline deploy</c> explain themselves.</summary>
internal sealed record DeploymentOptions(
    string Group,
    string Location,
    string Name,
    int MemoryMB,
    IReadOnlyList<string> Parameters,
    IReadOnlySet<string> Steps,
    bool Yes,
    bool AllowUntrained,
    bool Azd);
