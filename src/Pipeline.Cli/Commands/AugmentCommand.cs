using System.CommandLine;
using Pipeline.Cli.Augment;
using Pipeline.Cli.Images;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline augment</c>: random variants of an image, as the study made them.</summary>
internal static class AugmentCommand
{
    private const int DefaultCount = 10;
    private const int MaxCount = 100;
    private const int DefaultSeed = 1;

    public static Command Create(CommandConsole console)
    {
        Argument<FileInfo> image = ImageArgument.Create("FILE");
        Option<int?> count = NumberOption.Create("-n", 1, MaxCount, $"The number of variants, 1 to {MaxCount}. Default: {DefaultCount}.");
        Option<int?> seed = NumberOption.Create(
            "--seed",
            0,
            int.MaxValue,
            $"The seed of the variants, 0 to {int.MaxValue}; the same seed gives the same variants everywhere. Default: {DefaultSeed}.");
        var folder = new Option<DirectoryInfo>("-o")
        {
            Description = "The folder for the images; created if missing. Default: a folder named after the file, such as vase-augmented.",
            HelpName = "DIR",
        };
        count.Aliases.Add("--count");
        folder.Aliases.Add("--output");
        var command = new Command(
            "augment", "Writes random variants of an image: rotated, shifted, sheared, zoomed, brightened and mirrored as in the study.")
        {
            image, count, seed, folder,
        };
        command.SetAction(async (parsed, stop) =>
        {
            FileInfo file = parsed.GetRequiredValue(image);
            string name = Path.GetFileNameWithoutExtension(file.Name) is { Length: > 0 } stem ? stem : file.Name;
            string target = parsed.GetValue(folder)?.FullName ?? Path.GetFullPath($"{name}-augmented");
            var run = new AugmentationRun(file, name, parsed.GetValue(seed) ?? DefaultSeed, parsed.GetValue(count) ?? DefaultCount, target);
            await console.StageAsync($"Augmenting {file.Name}", progress => Task.Run(() => run.WriteAsync(progress, stop), stop));
            console.Line(
                $"{run.Count} images, {AugmentationRun.SheetName} and {AugmentationRun.RecordName} are in {SourceTree.Display(target)}");
            return 0;
        });
        return command;
    }
}
