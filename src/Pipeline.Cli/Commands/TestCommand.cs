using System.CommandLine;
using System.Diagnostics;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Cli.Testing;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline test</c>: all tests, and one line that says how they went.</summary>
internal static class TestCommand
{
    private static readonly TestProject[] Projects =
    [
        new("Pipeline.Tests", "default"),
        // Minutes of silence look like a hang: here each test is named as it starts and ends.
        new("Pipeline.IntegrationTests", "verbose"),
    ];

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

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
                result.AddError("--filter takes a part of a test's full name, such as Pipeline.Tests.Search; no asterisks.");
            }
        });
        var command = new Command("test", "Runs all tests: builds the solution, makes storage emulator and networks ready, reports.") { filter };
        command.SetAction((parsed, stop) => RunAsync(tree, parsed.GetValue(filter), console, stop));
        return command;
    }

    private static async Task<int> RunAsync(SourceTree tree, string? filter, CommandConsole console, CancellationToken cancellationToken)
    {
        await using (await SetupLock.AcquireAsync(tree, console, cancellationToken))
        {
            await AzuriteInstallation.MakeReadyAsync(tree, console, cancellationToken);
            await DotnetBuild.RunAsync(tree, tree.Solution, "the solution", console, cancellationToken);
            await ModelInstallation.MakeReadyAsync(tree.Models, console, cancellationToken);
        }

        // Each run has a folder of its own: a report of an earlier one is never taken for this one's.
        string reports = Path.Combine(tree.State, "reports", Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(reports);
        try
        {
            List<TestProjectResult> results = [];
            foreach (TestProject project in Projects)
            {
                results.Add(await RunProjectAsync(tree, project, filter, reports, console, cancellationToken));
            }

            return Tell(new TestSummary(results), filter, console);
        }
        finally
        {
            Directory.Delete(reports, recursive: true);
        }
    }

    private static async Task<TestProjectResult> RunProjectAsync(
        SourceTree tree, TestProject project, string? filter, string reports, CommandConsole console, CancellationToken cancellationToken)
    {
        console.Line();
        console.Line($"== {project.Name}");
        string program = Path.Combine(tree.Root, "tests", project.Name, "bin", "Release", "net10.0", $"{project.Name}.dll");
        string report = Path.Combine(reports, $"{project.Name}.xml");
        var start = new ProcessStartInfo(DotnetProgram.Path, [program, "-noLogo", "-reporter", project.Reporter, "-result-xml", report])
        {
            WorkingDirectory = tree.Root,
            Environment = { ["PIPELINE_MODELS"] = tree.Models },
        };
        if (Console.IsOutputRedirected)
        {
            start.ArgumentList.Add("-noColor");
        }

        if (filter is not null)
        {
            start.ArgumentList.Add("-method");
            start.ArgumentList.Add($"*{filter}*");
        }

        await using ChildProcess process = ChildProcess.StartInForeground(project.Name, start, Grace);
        int exitCode = await process.Exited.WaitAsync(cancellationToken);
        return TestProjectResult.Read(project.Name, exitCode, report);
    }

    private static int Tell(TestSummary summary, string? filter, CommandConsole console)
    {
        console.Line();
        foreach (TestProjectResult result in summary.Results)
        {
            foreach (SkippedTest test in result.Report?.Skipped ?? [])
            {
                console.Line($"skipped: {test.Name}: {test.Reason}");
            }

            foreach (string test in result.Report?.Failed ?? [])
            {
                console.Line($"failed: {test}");
            }

            if (result.Fault is not null)
            {
                console.Line($"failed: {result.Fault}");
            }
        }

        if (summary.Passed + summary.Failed == 0)
        {
            console.Line(filter is null ? "No test was run." : $"No test was run: no test's full name contains '{filter}'.");
        }

        console.Line(summary.LastLine);
        return summary.Succeeded ? 0 : 1;
    }

    private sealed record TestProject(string Name, string Reporter);
}
