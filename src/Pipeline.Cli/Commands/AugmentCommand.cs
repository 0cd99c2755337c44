using System.CommandLine;
using Pipeline.Cli.Augment;
using Pipeline.Cli.Pictures;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline augment</c>: random variants of a picture, as the study made them.</summary>
internal static class AugmentCommand
{
    private const int UsualCount = 10;
    private const int MaxCount = 100;
    private const int UsualSeed = 1;

    public static Command Create(CommandConsole console)
    {
        Argument<FileInfo> picture = PictureArgument.Create("FILE");
        Option<int?> count = NumberOption.Create("-n", 1, MaxCount, $"How many variants, 1 to {MaxCount}. Default: {UsualCount}.");
        Option<int?> seed = NumberOption.Create(
            "--seed",
            0,
            int.MaxValue,
            $"Which series of variants, 0 to {int.MaxValue}; a seed gives the same ones everywhere. Default: {UsualSeed}.");
        var folder = new Option<DirectoryInfo>("-o")
        {
            Description = "Where the pictures go; made if missing. Default: a folder named after the file, such as vase-augmented.",
            HelpName = "DIR",
        };
        count.Aliases.Add("--count");
        folder.Aliases.Add("--output");
        var command = new Command(
            "augment", "Writes random variants of a picture: turned, shifted, sheared, zoomed, brightened and mirrored as in the study.")
        {
            picture, count, seed, folder,
        };
        command.SetAction(async (parsed, stop) =>
        {
            FileInfo file = parsed.GetRequiredValue(picture);
            string name = Path.GetFileNameWithoutExtension(file.Name) is { Length: > 0 } stem ? stem : file.Name;
            string target = parsed.GetValue(folder)?.FullName ?? Path.GetFullPath($"{name}-augmented");
            var run = new AugmentationRun(file, name, parsed.GetValue(seed) ?? UsualSeed, parsed.GetValue(count) ?? UsualCount, target);
            await console.StageAsync($"Augmenting {file.Name}", progress => Task.Run(() => run.WriteAsync(progress, stop), stop));
            console.Line(
                $"{run.Count} pictures, {AugmentationRun.SheetName} and {AugmentationRun.RecordName} are in {SourceTree.Shown(target)}");
            return 0;
        });
        return command;
    }
}
