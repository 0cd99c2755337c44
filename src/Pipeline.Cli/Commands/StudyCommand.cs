using System.CommandLine;
using Pipeline.Cli.Pictures;
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
            Description = "Repeat the published study on its own pictures in this folder, and show ours beside its figures. Default: ../shared/study beside the checkout.",
            HelpName = "FOLDER",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int?> count = NumberOption.Create(
            "-n", 0, StudyRequest.MaxAugmentations, $"How many variants of A to draw, 0 to {StudyRequest.MaxAugmentations}. Default: {Usual.Augmentations}.");
        count.Aliases.Add("--count");
        Option<int?> seed = NumberOption.Create(
            "--seed", 0, int.MaxValue, $"Which series of variants, 0 to {int.MaxValue}; a seed gives the same ones everywhere. Default: {Usual.Seed}.");
        var folder = new Option<DirectoryInfo>("-o")
        {
            Description = "Where the report goes; made if missing. Default: a folder named after A, such as vase-study.",
            HelpName = "DIR",
        };
        folder.Aliases.Add("--output");
        var command = new Command(
            "study", "Studies pictures with both networks: classes, cosines, variants, distortions, feature maps. Writes study.html, study.json and study.csv.")
        {
            pictures, published, count, seed, folder,
        };
        command.Validators.Add(result =>
        {
            bool isPublished = result.GetResult(published) is not null;
            if (isPublished == (result.GetResult(pictures)?.Tokens.Count > 0))
            {
                result.AddError(isPublished ? "--published takes the study's own pictures: name no others." : "Name a picture to study, or say --published.");
            }
        });
        command.SetAction(async (parsed, stop) =>
        {
            bool isPublished = parsed.GetResult(published) is not null;
            FileInfo[] files = parsed.GetValue(pictures) ?? [];
            var limits = new ImageLimits();
            StudyRequest request = isPublished
                ? await PublishedPictures.ReadAsync(tree, parsed.GetValue(published)?.FullName, limits, stop)
                : new StudyRequest { Pictures = await ReadAsync(files, limits, stop) };
            string name = isPublished ? "published" : NameOf(files[0]);
            var run = new StudyCommandRun(
                request with { Augmentations = parsed.GetValue(count) ?? Usual.Augmentations, Seed = parsed.GetValue(seed) ?? Usual.Seed },
                isPublished,
                parsed.GetValue(folder)?.FullName ?? Path.GetFullPath($"{name}-study"));
            await run.RunAsync(tree, limits, console, stop);
            return 0;
        });
        return command;
    }

    private static string NameOf(FileInfo file) => Path.GetFileNameWithoutExtension(file.Name) is { Length: > 0 } stem ? stem : file.Name;

    private static async Task<IReadOnlyList<StudyPicture>> ReadAsync(FileInfo[] files, ImageLimits limits, CancellationToken cancellationToken)
    {
        List<StudyPicture> pictures = [];
        foreach (FileInfo file in files)
        {
            PictureFile picture = await PictureFile.ReadAsync(SourceTree.Shown(file.FullName), limits, cancellationToken);
            pictures.Add(new StudyPicture(picture.Name, picture.Bytes));
        }

        return pictures;
    }
}
