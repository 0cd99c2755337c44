using System.CommandLine;
using Pipeline.Cli.Studies;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Study;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline study</c>: the published study, on any pictures or on its own.</summary>
internal static class StudyCommand
{
    private static readonly StudyRequest Usual = new() { Pictures = [] };

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        var pictures = new Argument<FileInfo[]>("PICTURE")
        {
            Description = "A, the reference; then B, another object of its kind; then C and more, other things. Only A is needed.",
            Arity = new ArgumentArity(0, StudyRequest.MaxPictures),
        };
        pictures.AcceptExistingOnly();
        var published = new Option<DirectoryInfo>("--published")
        {
            Description = "Repeat the published study on its own pictures in this folder, and show ours beside its figures. " +
                "Default: ../shared/study beside the checkout.",
            HelpName = "FOLDER",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int?> count = NumberOption.Create(
            "-n",
            0,
            StudyRequest.MaxAugmentations,
            $"How many variants of A to draw, 0 to {StudyRequest.MaxAugmentations}. Default: {Usual.Augmentations}.");
        count.Aliases.Add("--count");
        Option<int?> seed = NumberOption.Create(
            "--seed",
            0,
            int.MaxValue,
            $"Which series of variants, 0 to {int.MaxValue}; a seed gives the same ones everywhere. Default: {Usual.Seed}.");
        var folder = new Option<DirectoryInfo>("-o")
        {
            Description = "Where the report goes; made if missing. Default: a folder named after A, such as vase-study.",
            HelpName = "DIR",
        };
        folder.Aliases.Add("--output");
        var command = new Command(
            "study",
            "Studies pictures with both networks: classes, cosines, variants, distortions, feature maps. " +
            $"Writes {StudyCommandRun.HtmlName}, {StudyCommandRun.JsonName} and {StudyCommandRun.CsvName}.")
        {
            pictures, published, count, seed, folder,
        };
        command.Validators.Add(result =>
        {
            bool isPublished = result.GetResult(published) is not null;
            if (isPublished == (result.GetResult(pictures)?.Tokens.Count > 0))
            {
                result.AddError(isPublished
                    ? "--published takes the study's own pictures: name no others."
                    : "Name a picture to study, or say --published.");
            }
        });
        command.SetAction(async (parsed, stop) =>
        {
            var limits = new ImageLimits();
            StudyFiles files = parsed.GetResult(published) is not null
                ? await StudyFiles.ReadPublishedAsync(tree, parsed.GetValue(published), limits, stop)
                : await StudyFiles.ReadAsync(parsed.GetRequiredValue(pictures), limits, stop);
            var run = new StudyCommandRun(
                files,
                parsed.GetValue(count) ?? Usual.Augmentations,
                parsed.GetValue(seed) ?? Usual.Seed,
                parsed.GetValue(folder)?.FullName ?? Path.GetFullPath($"{files.Name}-study"));
            await run.RunAsync(tree, limits, console, stop);
            return 0;
        });
        return command;
    }
}
