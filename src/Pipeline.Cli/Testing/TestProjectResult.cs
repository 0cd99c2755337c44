namespace Pipeline.Cli.Testing;

/// <summary>How one test project's run went.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Report">Its report; null where it left none.</param>
/// <param name="Fault">What is wrong with the run itself, beyond failed tests; null where nothing is.</param>
internal sealed record TestProjectResult(string Project, TestReport? Report, string? Fault)
{
    // The runner's own codes: all passed; a test failed.
    private const int AllPassed = 0;
    private const int SomeFailed = 1;

    /// <summary>Judges a run by its exit code and what it wrote.</summary>
    /// <param name="project">The project's name.</param>
    /// <param name="exitCode">The runner's exit code.</param>
    /// <param name="reportFile">Where the report should be.</param>
    public static TestProjectResult Read(string project, int exitCode, string reportFile)
    {
        if (!File.Exists(reportFile))
        {
            return new TestProjectResult(project, null, $"{project} crashed with exit code {exitCode} and left no report.");
        }

        try
        {
            using FileStream xml = File.OpenRead(reportFile);
            var report = TestReport.Read(xml);
            bool explained = exitCode == AllPassed || (exitCode == SomeFailed && report.Failed.Count > 0);
            return new TestProjectResult(
                project, report, explained ? null : $"{project} ended with exit code {exitCode}, which its report does not explain.");
        }
        catch (InvalidDataException unreadable)
        {
            return new TestProjectResult(project, null, $"{project} ended with exit code {exitCode}. {unreadable.Message}");
        }
    }
}
