namespace Pipeline.Cli.Deploy;

/// <summary>The options of <c>pipeline deploy</c>; its help describes them.</summary>
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
