using Pipeline.Cli.Images;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Study;
using Pipeline.Study.Reporting;

namespace Pipeline.Cli.Studies;

/// <summary>Runs a study and writes its three files.</summary>
/// <param name="files">The images.</param>
/// <param name="count">The number of variants of A to draw.</param>
/// <param name="seed">Which series of variants.</param>
/// <param name="folder">The target folder; created if missing.</param>
internal sealed class StudyCommandRun(StudyFiles files, int count, int seed, string folder)
{
    public const string HtmlName = "study.html";
    public const string JsonName = "study.json";
    public const string CsvName = "study.csv";

    /// <exception cref="CommandFailure">An image is not accepted, or a model is missing in float32.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task RunAsync(SourceTree tree, ImageLimits limits, CommandConsole console, CancellationToken cancellationToken)
    {
        using var decoder = new ImageDecoder(limits);
        ImageFile[] all = [.. files.Images, .. files.Variants];
        foreach (ImageFile file in all)
        {
            // Invalid images are refused before the models are prepared, which may take long.
            await file.DecodeForModelsAsync(decoder, tree.Catalogue, cancellationToken);
        }

        using var output = OutputFolder.Open(folder);
        using ModelSessions sessions = await LocalModels.OpenAsync(tree, console, cancellationToken);
        if (sessions.Float32Fault is { } error)
        {
            throw new CommandFailure(error);
        }

        StudyResult? result = null;
        await console.StageAsync(
            $"Studying {all.Length} image{(all.Length == 1 ? "" : "s")}",
            async progress => result = await StudyAsync(new StudyRun(decoder, sessions), progress, cancellationToken));
        await output.WriteAsync(HtmlName, StudyReport.Write(result!), cancellationToken);
        await output.WriteAsync(JsonName, StudyJson.Write(result!), cancellationToken);
        await output.WriteAsync(CsvName, StudyCsv.Write(result!), cancellationToken);
        output.Complete();
        StudyTables.Write(result!, sessions.Float32Models, console);
        console.Line($"{HtmlName}, {JsonName} and {CsvName} are in {SourceTree.Display(folder)}");
    }

    private async Task<StudyResult> StudyAsync(StudyRun study, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var request = new StudyRequest
        {
            Images = [.. files.Images.Select(ImageOf)],
            Variants = [.. files.Variants.Select(ImageOf)],
            Augmentations = count,
            Seed = seed,
        };
        try
        {
            StudyResult result = await study.RunAsync(request, new Stage(progress), cancellationToken);
            return files.IsPublished ? result with { Published = PublishedComparison.Of(result) } : result;
        }
        catch (InvalidImageException invalid)
        {
            throw new CommandFailure($"'{ShownText.OfLine(invalid.Image ?? "")}' is not accepted as an image. {invalid.Rejection.Detail}");
        }
    }

    private static StudyImage ImageOf(ImageFile file) => new(file.File.Name, file.Encoded);

    private sealed class Stage(IProgress<StageProgress> stage) : IProgress<StudyProgress>
    {
        public void Report(StudyProgress value) => stage.Report(new StageProgress(value.Fraction, value.Detail));
    }
}
