using System.CommandLine;
using Pipeline.Cli.Studies;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Study;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline study</c>: runs the published study, on its own images or on any others.</summary>
internal static class StudyCommand
{
    private static readonly StudyRequest Defaults = new() { Images = [] };

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        var images = new Argument<FileInfo[]>("IMAGE")
        {
            Description = "A, the reference; then B, another object of its kind; then C and more, other things. Only A is needed.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        images.AcceptExistingOnly();
        var published = new Option<DirectoryInfo>("--published")
        {
            Description = "Repeat the published study on its own images in this folder, and compare the figures. " +
                "Default: ../shared/study beside the checkout.",
            HelpName = "FOLDER",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int?> count = NumberOption.Create(
            "-n",
            0,
            StudyRequest.MaxAugmentations,
            $"The number of variants of A to draw, 0 to {StudyRequest.MaxAugmentations}. Default: {Defaults.Augmentations}.");
        count.Aliases.Add("--count");
        Option<int?> seed = NumberOption.Create(
            "--seed",
            0,
            int.MaxValue,
            $"The seed of the variants, 0 to {int.MaxValue}; the same seed gives the same variants everywhere. Default: {Defaults.Seed}.");
        var folder = new Option<DirectoryInfo>("-o")
        {
            Description = "The folder for the report; created if missing. Default: a folder named after A, such as vase-study.",
            HelpName = "DIR",
        };
        folder.Aliases.Add("--output");
        var command = new Command(
            "study",
            "Studies images with all models: classes, cosines, variants, distortions, feature maps. " +
            $"Writes {StudyCommandRun.HtmlName}, {StudyCommandRun.JsonName} and {StudyCommandRun.CsvName}.")
        {
            images, published, count, seed, folder,
        };
        images.Validators.Add(result =>
        {
            if (result.Tokens.Count > StudyRequest.MaxImages)
            {
                result.AddError($"A study takes at most {StudyRequest.MaxImages} images, not {result.Tokens.Count}.");
            }
        });
        command.Validators.Add(result =>
        {
            bool isPublished = result.GetResult(published) is not null;
            if (isPublished == (result.GetResult(images)?.Tokens.Count > 0))
            {
                result.AddError(isPublished
                    ? "--published uses the study's own images: name no others."
                    : "Name an image to study, or pass --published.");
            }
        });
        command.SetAction(async (parsed, stop) =>
        {
            var limits = new ImageLimits();
            StudyFiles files = parsed.GetResult(published) is not null
                ? await StudyFiles.ReadPublishedAsync(tree, parsed.GetValue(published), limits, stop)
                : await StudyFiles.ReadAsync(parsed.GetRequiredValue(images), limits, stop);
            var run = new StudyCommandRun(
                files,
                parsed.GetValue(count) ?? Defaults.Augmentations,
                parsed.GetValue(seed) ?? Defaults.Seed,
                parsed.GetValue(folder)?.FullName ?? Path.GetFullPath($"{files.Name}-study"));
            await run.RunAsync(tree, limits, console, stop);
            return 0;
        });
        return command;
    }
}
