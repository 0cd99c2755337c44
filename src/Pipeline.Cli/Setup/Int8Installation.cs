using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.ModelBuilding.Int8;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>Replaces a model that search uses by its int8 form, if that is near enough to float32; the study keeps float32.</summary>
/// <param name="folder">The models folder.</param>
/// <param name="images">The images to compare on.</param>
/// <param name="console">The console.</param>
internal sealed class Int8Installation(string folder, CalibrationImages images, CommandConsole console)
{
    /// <summary>How far int8 may be from float32.</summary>
    public PrecisionLimits Limits { get; init; } = PrecisionLimits.Default;

    /// <summary>Makes models int8 one after the other.</summary>
    /// <param name="models">Models that are installed in float32, with or without another precision for search.</param>
    /// <param name="force">Whether to make those anew that are int8 already.</param>
    /// <param name="cancellationToken">Ends the work early; models stay as they are.</param>
    /// <exception cref="CommandFailure">One was refused; the others are installed.</exception>
    public async Task RunAsync(IReadOnlyList<ModelDefinition> models, bool force, CancellationToken cancellationToken)
    {
        var refusals = new List<string>();
        foreach (ModelDefinition model in models)
        {
            if (!force && InstalledModel.Find(model, folder) is { Precision: Precision.Int8 } there)
            {
                console.Line($"{model.Title} is int8 ({FiguresOf(there)}, fingerprint {there.Fingerprint})");
                continue;
            }

            try
            {
                await InstallAsync(model, cancellationToken);
            }
            catch (InvalidDataException refused)
            {
                refusals.Add(refused.Message);
                console.Line($"{model.Title} stays as it is");
            }
        }

        if (refusals.Count > 0)
        {
            throw new CommandFailure(string.Join(Environment.NewLine, refusals));
        }
    }

    private async Task InstallAsync(ModelDefinition model, CancellationToken cancellationToken)
    {
        InstalledModel source = InstalledModel.FindFloat32(model, folder) ?? throw new InvalidDataException(
            $"{model.Title} is not there in float32, which int8 is made of. {InstalledModel.RebuildAdvice}");
        IReadOnlyList<RgbImage> calibrating = await images.ReadAsync(source.Definition, cancellationToken);
        string staged = Path.Combine(folder, $"{model.Key}-int8.onnx.part");
        try
        {
            PrecisionFigures? figures = null;
            await console.StageAsync($"Making {model.Title} int8", async progress => figures = await Int8Model.WriteAsync(
                source, staged, calibrating, new Share(progress), cancellationToken));
            if (source.Weights == WeightsOrigin.Untrained)
            {
                console.Line($"{model.Title} is untrained: how near int8 is to float32 means nothing and is not checked.");
            }
            else
            {
                Limits.Require(model.Title, figures!);
            }

            InstalledModel installed = await Task.Run(
                () => Int8Model.Install(source, staged, figures!, folder, cancellationToken), cancellationToken);
            console.Line($"{model.Title}: int8, {FiguresOf(installed)}, fingerprint {installed.Fingerprint}");
        }
        finally
        {
            File.Delete(staged);
        }
    }

    private static string FiguresOf(InstalledModel model) =>
        model.Figures is { } figures ? PrecisionLimits.Describe(figures) : "not compared with float32";

    private sealed class Share(IProgress<StageProgress> stage) : IProgress<double>
    {
        public void Report(double value) => stage.Report(new StageProgress(value, ""));
    }
}
