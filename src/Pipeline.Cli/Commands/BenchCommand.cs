using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline bench</c>: measures the product on this machine, as the figures of docs/performance.md were measured.</summary>
internal static class BenchCommand
{
    private const int FewestImages = 100;
    private const int MostImages = 2_000_000;

    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    public static Command Create(SourceTree tree, CommandConsole console) =>
        new("bench", "Measures the product on this machine.") { CreateSearch(tree, console) };

    private static Command CreateSearch(SourceTree tree, CommandConsole console)
    {
        var images = new Option<int[]>("--images")
        {
            Description = "How many stored images; several numbers are measured one after the other. Default: 1000 10000 100000. Each " +
                "image takes 24.6 kB on the disk, twice that while it is measured.",
            HelpName = "NUMBER",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1000, 10_000, 100_000],
        };
        images.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !IsSize(token.Value)))
            {
                result.AddError(string.Create(
                    CultureInfo.InvariantCulture, $"--images takes numbers from {FewestImages} to {MostImages}, such as 1000 100000."));
            }
        });
        var folder = new Option<string>("--folder")
        {
            Description = "Where the stored images are kept for the next time, with the results curve.json and curve.svg. Default: " +
                ".pipeline/bench.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => Path.Combine(tree.Root, ".pipeline", "bench"),
        };
        var command = new Command(
            "search",
            "Search by VGG16 and ResNet50 over images that do not exist: the start of an instance, queries, queries while images are " +
            "written, a refresh, and memory.")
        {
            images, folder,
        };
        command.SetAction((parsed, stop) => RunAsync(
            tree, parsed.GetValue(images)!, Path.GetFullPath(parsed.GetValue(folder)!), console, stop));
        return command;
    }

    private static bool IsSize(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= FewestImages and <= MostImages;

    private static async Task<int> RunAsync(
        SourceTree tree, int[] images, string folder, CommandConsole console, CancellationToken cancellationToken)
    {
        await using (await SetupLock.AcquireAsync(tree, console, cancellationToken))
        {
            await AzuriteInstallation.MakeReadyAsync(tree, console, cancellationToken);
            await DotnetBuild.RunAsync(tree, tree.Solution, "the solution", console, cancellationToken);
            await ModelInstallation.MakeReadyAsync(tree.Models, console, cancellationToken);
        }

        Directory.CreateDirectory(folder);
        string[] sizes = [.. images.Select(number => number.ToString(CultureInfo.InvariantCulture))];
        var start = new ProcessStartInfo(
            DotnetProgram.Path, ["tests/Pipeline.Benchmarks/bin/Release/net10.0/Pipeline.Benchmarks.dll", "curve", folder, .. sizes])
        {
            WorkingDirectory = tree.Root,
        };
        await using ChildProcess process = ChildProcess.StartInForeground("the measurement", start, ShutdownTimeout);
        int exitCode = await process.Exited.WaitAsync(cancellationToken);
        console.Line(exitCode == 0
            ? $"The results are in {folder}: curve.json and curve.svg."
            : "The measurement failed; what it wrote above says why.");
        return exitCode == 0 ? 0 : 1;
    }
}
