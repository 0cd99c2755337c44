using System.Globalization;
using System.Text;
using Pipeline.Cli.Images;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Evaluation;
using Pipeline.Evaluation.Reporting;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Cli.Evaluate;

/// <summary>Runs an evaluation and writes its three files; embeddings are kept beside them.</summary>
/// <param name="title">The title of the report.</param>
/// <param name="images">The images.</param>
/// <param name="copies">Of how many images copies are made.</param>
/// <param name="model">The key of the only model to evaluate; null for all.</param>
/// <param name="folder">The target folder; created if missing.</param>
internal sealed class EvaluationCommandRun(string title, IReadOnlyList<EvaluationImage> images, int copies, string? model, string folder)
{
    public const string HtmlName = "evaluation.html";
    public const string JsonName = "evaluation.json";
    public const string CsvName = "evaluation.csv";

    /// <summary>The folder in the target folder where embeddings are kept.</summary>
    public const string CacheName = "embeddings";

    private const int MostNamed = 3;

    /// <param name="tree">The checkout.</param>
    /// <param name="limits">The limits for images.</param>
    /// <param name="console">The console for messages and tables.</param>
    /// <param name="json">The console for JSON, or null.</param>
    /// <param name="cancellationToken">Ends the work early; the next run continues.</param>
    /// <exception cref="CommandFailure">There is nothing to evaluate.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task RunAsync(
        SourceTree tree, ImageLimits limits, CommandConsole console, CommandConsole? json, CancellationToken cancellationToken)
    {
        using var decoder = new ImageDecoder(limits);
        using var output = OutputFolder.Open(folder);
        using ModelSessions sessions = await LocalModels.OpenAsync(tree, console, cancellationToken);
        var request = new EvaluationRequest(
            images,
            [.. sessions.Models.Where(installed => model is null || installed.Key == model)],
            copies,
            Path.Combine(folder, CacheName));
        EvaluationResult? result = null;
        try
        {
            await console.StageAsync(
                string.Create(CultureInfo.InvariantCulture, $"Evaluating {images.Count:N0} images"),
                async progress => result = await new EvaluationRun(decoder, sessions)
                    .RunAsync(request, new Stage(progress), cancellationToken));
        }
        catch (EvaluationException impossible)
        {
            throw new CommandFailure(string.Join(
                '\n', [impossible.Message, .. impossible.Refused.Take(MostNamed).Select(image => $"'{image.Name}': {image.Reason}")]));
        }

        byte[] written = EvaluationJson.Write(result!);
        await output.WriteAsync(HtmlName, EvaluationReport.Write(result!, title), cancellationToken);
        await output.WriteAsync(JsonName, written, cancellationToken);
        await output.WriteAsync(CsvName, EvaluationCsv.Write(result!), cancellationToken);
        output.Complete();
        if (json is not null)
        {
            json.Line(Encoding.UTF8.GetString(written));
        }
        else
        {
            EvaluationTables.Write(result!, console);
        }

        console.Line(
            $"{HtmlName}, {JsonName} and {CsvName} are in {SourceTree.Display(folder)}. Its folder {CacheName} makes a repeated run " +
            "fast; it may be deleted.");
    }

    private sealed class Stage(IProgress<StageProgress> stage) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => stage.Report(new StageProgress(value.Fraction, value.Detail));
    }
}
