using Pipeline.Cli.Pictures;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Study;
using Pipeline.Study.Reporting;

namespace Pipeline.Cli.Studies;

/// <summary>A study from the networks to its three files.</summary>
/// <param name="request">What to study.</param>
/// <param name="isPublished">Whether these are the published study's pictures, whose figures ours are held against.</param>
/// <param name="folder">Where the files go; made if missing.</param>
internal sealed class StudyCommandRun(StudyRequest request, bool isPublished, string folder)
{
    public const string HtmlName = "study.html";
    public const string JsonName = "study.json";
    public const string CsvName = "study.csv";

    /// <exception cref="CommandFailure">A picture is not let in, or a network is missing in float32.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task RunAsync(SourceTree tree, ImageLimits limits, CommandConsole console, CancellationToken cancellationToken)
    {
        if (File.Exists(folder))
        {
            throw new CommandFailure($"'{SourceTree.Shown(folder)}' is a file. Name a folder with -o.");
        }

        using ModelSessions sessions = await LocalNetworks.OpenAsync(tree, console, cancellationToken);
        if (StudyRun.FaultOf(sessions) is { } fault)
        {
            throw new CommandFailure(fault);
        }

        StudyResult? result = null;
        string title = $"Studying {request.Pictures.Count + request.Variants.Count} picture{(request.Pictures.Count + request.Variants.Count == 1 ? "" : "s")}";
        await console.StageAsync(title, async progress => result = await StudyAsync(sessions, limits, progress, cancellationToken));
        await WriteAsync(result!, cancellationToken);
        StudyTables.Write(result!, console);
        console.Line($"{HtmlName}, {JsonName} and {CsvName} are in {SourceTree.Shown(folder)}");
    }

    private async Task<StudyResult> StudyAsync(
        ModelSessions sessions, ImageLimits limits, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        using var decoder = new ImageDecoder(limits);
        (StudyResult? result, StudyRejection? rejection) =
            await new StudyRun(decoder, sessions).RunAsync(request, new Relay(progress), cancellationToken);
        return result is null ? throw new CommandFailure($"'{rejection!.Picture.Name}': {rejection.Rejection.Detail}")
            : isPublished ? result with { Published = PublishedComparison.Of(result) }
            : result;
    }

    private async Task WriteAsync(StudyResult result, CancellationToken cancellationToken)
    {
        await OutputFile.WriteAsync(Path.Combine(folder, JsonName), StudyJson.Write(result), cancellationToken);
        await OutputFile.WriteAsync(Path.Combine(folder, CsvName), StudyCsv.Write(result), cancellationToken);
        await OutputFile.WriteAsync(Path.Combine(folder, HtmlName), StudyReport.Write(result), cancellationToken);
    }

    private sealed class Relay(IProgress<StageProgress> progress) : IProgress<StudyProgress>
    {
        public void Report(StudyProgress value) => progress.Report(new StageProgress(value.Fraction, value.Detail));
    }
}
