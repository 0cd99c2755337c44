using System.Diagnostics;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Setup;

/// <summary>Builds from source, in Release.</summary>
internal static class DotnetBuild
{
    /// <param name="tree">The checkout.</param>
    /// <param name="target">The solution, or a filter of it.</param>
    /// <param name="title">Its name for the user.</param>
    /// <param name="console">The console.</param>
    /// <param name="cancellationToken">Stops the build.</param>
    public static Task<TimeSpan> RunAsync(
        SourceTree tree, string target, string title, CommandConsole console, CancellationToken cancellationToken) =>
        console.StageAsync($"Building {title}", _ =>
        {
            var start = new ProcessStartInfo(
                DotnetProgram.Path, ["build", target, "-c", "Release", "-v", "quiet", "--nologo", "--tl:off"])
            {
                WorkingDirectory = tree.Root,
                // Build nodes would outlive the command.
                Environment = { ["MSBUILDDISABLENODEREUSE"] = "1" },
            };
            string log = Path.Combine(tree.Logs, $"build-{Path.GetFileName(target)}.log");
            return Tool.RunAsync("dotnet build", start, log, cancellationToken);
        });
}
