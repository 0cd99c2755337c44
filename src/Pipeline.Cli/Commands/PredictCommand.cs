using System.CommandLine;
using Pipeline.Cli.Images;
using Pipeline.Cli.Predict;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline predict</c>: shows the predictions of the models for an image.</summary>
internal static class PredictCommand
{
    private const int DefaultTop = 5;
    private const int MaxTop = 100;

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        Argument<FileInfo> image = ImageArgument.Create("FILE");
        Option<int?> top = NumberOption.Create(
            "--top", 1, MaxTop, $"The number of classes per model, 1 to {MaxTop}. Default: {DefaultTop}.");
        var json = new Option<bool>(
            "--json") { Description = "Write JSON to standard output, and messages to standard error. Default: a table." };
        var command = new Command("predict", "Shows what the models take an image for: the most probable of ImageNet's classes.")
        {
            image, top, json,
        };
        command.SetAction((parsed, stop) => RunAsync(
            tree, parsed.GetRequiredValue(image), parsed.GetValue(top) ?? DefaultTop, parsed.GetValue(json), console, stop));
        return command;
    }

    private static async Task<int> RunAsync(
        SourceTree tree, FileInfo file, int top, bool json, CommandConsole console, CancellationToken cancellationToken)
    {
        using var decoder = new ImageDecoder(new ImageLimits());
        ImageFile image = await ImageFile.ReadAsync(file, decoder.Limits, cancellationToken);

        // Invalid images are refused before the models are prepared, which may take long.
        ModelInputs inputs = await image.DecodeForModelsAsync(decoder, tree.Catalogue, cancellationToken);
        CommandConsole messages = json ? console.OnError() : console;
        using ModelSessions sessions = await LocalModels.OpenAsync(tree, messages, cancellationToken);
        IReadOnlyList<InstalledModel> models = Predictor.Default(sessions.Models);
        if (Predictor.FaultOf(models) is { } error)
        {
            throw new CommandFailure(error);
        }

        IReadOnlyDictionary<string, IReadOnlyList<Prediction>> predictions = null!;
        await messages.StageAsync($"Running the models on {file.Name}", async _ =>
            predictions = await new Predictor(sessions).PredictAsync(inputs, models, top, cancellationToken));
        if (json)
        {
            console.Line(JsonReport.Write(Report(file.Name, inputs, sessions.Classes is not null, models, predictions)));
            return 0;
        }

        console.Write(PredictionTable.Create(file.Name, models, predictions));
        if (sessions.Classes is null)
        {
            console.Line($"The classes' names are missing ({ClassIndex.FileName}). Get them, 35 kB: ./pipeline models pull --labels");
        }

        return 0;
    }

    private static PredictionReport Report(
        string file,
        ModelInputs inputs,
        bool labelled,
        IReadOnlyList<InstalledModel> models,
        IReadOnlyDictionary<string, IReadOnlyList<Prediction>> predictions) => new(
        file,
        inputs.Width,
        inputs.Height,
        inputs.ContentHash,
        labelled,
        models.ToDictionary(model => model.Key, model => new ModelPredictions(
            model.Weights, model.Fingerprint.ToString(), model.Precision, predictions[model.Key])));

    /// <summary>What <c>--json</c> writes.</summary>
    /// <param name="File">The image's name.</param>
    /// <param name="Width">Width of the upright image, in pixels.</param>
    /// <param name="Height">Height of the upright image, in pixels.</param>
    /// <param name="ContentHash">SHA-256 of its bytes.</param>
    /// <param name="Labelled">Whether the names of the classes are installed; otherwise wnid and label are null.</param>
    /// <param name="Models">By the model's key.</param>
    private sealed record PredictionReport(
        string File, int Width, int Height, string ContentHash, bool Labelled, IReadOnlyDictionary<string, ModelPredictions> Models);
}
