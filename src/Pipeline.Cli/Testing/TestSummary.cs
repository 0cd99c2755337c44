using System.Globalization;

namespace Pipeline.Cli.Testing;

/// <summary>All test projects' results together.</summary>
/// <param name="Results">One for each project that was run.</param>
internal sealed record TestSummary(IReadOnlyList<TestProjectResult> Results)
{
    public int Passed => Results.Sum(result => result.Report?.Passed ?? 0);

    /// <summary>Failed tests; a run that went wrong as such counts as one more.</summary>
    public int Failed => Results.Sum(result => (result.Report?.Failed.Count ?? 0) + (result.Fault is null ? 0 : 1));

    public int Skipped => Results.Sum(result => result.Report?.Skipped.Count ?? 0);

    /// <summary>Whether tests were run at all and none failed.</summary>
    public bool Succeeded => Failed == 0 && Passed > 0;

    /// <summary>The line that other programs read.</summary>
    public string LastLine => string.Create(
        CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed{(Skipped > 0 ? $", {Skipped} skipped" : "")}");
}
