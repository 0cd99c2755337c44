using System.CommandLine;
using System.Diagnostics;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Cli.Testing;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline test</c>: prepares what the tests need, runs <c>dotnet test</c>, and prints one line with the totals.</summary>
internal static class TestCommand
{
    // The exit code of dotnet test for a project in which the filter finds no test.
    private const string NoTestRan = "8";

    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        var filter = new Option<string>("--filter")
        {
            Description = "Run only tests whose full name contains this text. Default: all.",
            HelpName = "TEXT",
        };
        filter.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not { } text || text.Length == 0 || text.Contains('*', StringComparison.Ordinal))
            {
                result.AddError("--filter takes a part of a test's full name, such as Pipeline.Tests.Search, without asterisks.");
            }
        });
        var command = new Command("test", "Runs all tests: builds the solution, prepares the storage emulator and the models, " +
            "runs the tests, prints the totals.") { filter };
        command.SetAction((parsed, stop) => RunAsync(tree, parsed.GetValue(filter) ?? "", console, stop));
        return command;
    }

    private static async Task<int> RunAsync(SourceTree tree, string filter, CommandConsole console, CancellationToken cancellationToken)
    {
        await using (await SetupLock.AcquireAsync(tree, console, cancellationToken))
        {
            await AzuriteInstallation.MakeReadyAsync(tree, console, cancellationToken);
            await DotnetBuild.RunAsync(tree, tree.Solution, "the solution", console, cancellationToken);
            await ModelInstallation.MakeReadyAsync(tree.Models, console, cancellationToken);
        }

        // Minutes without output look like a hang, so the slow tests are printed one by one as they end.
        TestResults results = await TestAsync(tree, "Pipeline.Tests", "Normal", filter, cancellationToken)
            + await TestAsync(tree, "Pipeline.IntegrationTests", "Detailed", filter, cancellationToken);
        foreach (string test in results.Failures)
        {
            console.Line($"failed: {test}");
        }

        foreach (string test in results.Skipped)
        {
            console.Line($"skipped: {test}");
        }

        if (results.Passed + results.Failed == 0)
        {
            console.Line(filter.Length == 0 ? "No test was run." : $"No test was run: no test's full name contains '{filter}'.");
        }

        console.Line(results.LastLine);
        return results.Succeeded ? 0 : 1;
    }

    private static async Task<TestResults> TestAsync(
        SourceTree tree, string project, string output, string filter, CancellationToken cancellationToken)
    {
        // A new folder, so that the report of an earlier run is never read instead.
        DirectoryInfo reports = Directory.CreateTempSubdirectory("pipeline-test-");
        try
        {
            var start = new ProcessStartInfo(DotnetProgram.Path,
            [
                "test", "--test-modules", $"tests/{project}/bin/Release/net10.0/{project}.dll", "--output", output,
                "--results-directory", reports.FullName, "--report-xunit-xml", "--report-xunit-xml-filename", "report.xml",
                .. filter.Length == 0 ? Array.Empty<string>() : ["--filter-method", $"*{filter}*", "--ignore-exit-code", NoTestRan],
            ])
            {
                WorkingDirectory = tree.Root,
                Environment = { ["PIPELINE_MODELS"] = tree.Models },
            };
            await using ChildProcess process = ChildProcess.StartInForeground(project, start, ShutdownTimeout);
            int exitCode = await process.Exited.WaitAsync(cancellationToken);
            return TestResults.Read(Path.Combine(reports.FullName, "report.xml"), exitCode);
        }
        finally
        {
            reports.Delete(recursive: true);
        }
    }
}
