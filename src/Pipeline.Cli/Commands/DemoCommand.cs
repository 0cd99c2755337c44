using System.CommandLine;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline demo</c>: uploads images, embeds them with all models, and searches for similar ones.</summary>
internal static class DemoCommand
{
    public static Command Create(SourceTree tree, CommandConsole console)
    {
        var keep = new Option<bool>("--keep") { Description = "Keep serving until Ctrl-C. Default: stop everything at the end." };
        Option<int?> port = PortOption.Create(defaultPort: null);
        var samples = new Option<DirectoryInfo>("--samples")
        {
            Description = $"A folder with at least {DemoRun.Top} images ({Samples.Endings}). Default: samples.",
            HelpName = "DIR",
        };
        samples.AcceptExistingOnly();
        var command = new Command(
            "demo", "Shows the whole pipeline: starts storage and the function app, uploads images, embeds them, " +
                "searches for similar ones, stops.")
        {
            keep, port, samples,
        };
        command.SetAction(async (parsed, stop) =>
        {
            string folder = parsed.GetValue(samples)?.FullName ?? tree.Samples;
            IReadOnlyList<Sample> images = Samples.Find(folder);
            if (images.Count < DemoRun.Top)
            {
                throw new CommandFailure(
                    $"'{folder}' has {images.Count} images; the demo needs at least {DemoRun.Top} ({Samples.Endings}). " +
                    "Name another folder with --samples.");
            }

            await new DemoRun(tree, images, console).RunAsync(parsed.GetValue(port), parsed.GetValue(keep), stop);
            return 0;
        });
        return command;
    }
}
