using Pipeline.Cli.Pictures;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Study;
using Pipeline.Study.Reporting;

namespace Pipeline.Cli.Studies;

/// <summary>A study from the pictures to its three files.</summary>
/// <param name="files">The pictures.</param>
/// <param name="count">How many variants of A to draw.</param>
/// <param name="seed">Which series of variants.</param>
/// <param name="folder">Where the files go; made if missing.</param>
internal sealed class StudyCommandRun(StudyFiles files, int count, int seed, string folder)
{
    public const string HtmlName = "study.html";
    public const string JsonName = "study.json";
    public const string CsvName = "study.csv";

    /// <exception cref="CommandFailure">A picture is not let in, or a network is missing in float32.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task RunAsync(SourceTree tree, ImageLimits limits, CommandConsole console, CancellationToken cancellationToken)
    {
        using var decoder = new ImageDecoder(limits);
        PictureFile[] all = [.. files.Pictures, .. files.Variants];
        foreach (PictureFile file in all)
        {
            // What is no picture is refused before the networks are made ready, which may take long.
            await file.DecodeForNetworksAsync(decoder, cancellationToken);
        }

        OutputFile.CreateFolder(folder);
        using ModelSessions sessions = await LocalNetworks.OpenAsync(tree, console, cancellationToken);
        if (StudyRun.FaultOf(sessions) is { } fault)
        {
            throw new CommandFailure(fault);
        }

        StudyResult? result = null;
        await console.StageAsync(
            $"Studying {all.Length} picture{(all.Length == 1 ? "" : "s")}",
            async progress => result = await StudyAsync(new StudyRun(decoder, sessions), progress, cancellationToken));
        await WriteAsync(HtmlName, StudyReport.Write(result!), cancellationToken);
        await WriteAsync(JsonName, StudyJson.Write(result!), cancellationToken);
        await WriteAsync(CsvName, StudyCsv.Write(result!), cancellationToken);
        StudyTables.Write(result!, sessions.Float32Models, console);
        console.Line($"{HtmlName}, {JsonName} and {CsvName} are in {SourceTree.Shown(folder)}");
    }

    private async Task<StudyResult> StudyAsync(StudyRun study, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var request = new StudyRequest
        {
            Pictures = [.. files.Pictures.Select(PictureOf)],
            Variants = [.. files.Variants.Select(PictureOf)],
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
            throw new CommandFailure($"'{invalid.Image}' cannot be taken for a picture. {invalid.Rejection.Detail}");
        }
    }

    private Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        OutputFile.WriteAsync(Path.Combine(folder, name), content, cancellationToken);

    private static StudyPicture PictureOf(PictureFile file) => new(file.File.Name, file.Encoded);

    private sealed class Stage(IProgress<StageProgress> stage) : IProgress<StudyProgress>
    {
        public void Report(StudyProgress value) => stage.Report(new StageProgress(value.Fraction, value.Detail));
    }
}
