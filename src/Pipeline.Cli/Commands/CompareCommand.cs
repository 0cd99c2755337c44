using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Images;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Comparison;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Storage;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline compare</c>: how similar two images are for each model.</summary>
internal static class CompareCommand
{
    public static Command Create(SourceTree tree, CommandConsole console)
    {
        Argument<FileInfo> a = ImageArgument.Create("A", "The first image: a JPEG, PNG, WebP, GIF, BMP or TIFF.");
        Argument<FileInfo> b = ImageArgument.Create("B", "The second image.");
        var layers = new Option<string>("--layers")
        {
            Description = "Compare as the study did, in float32 with Keras' resampling, by these layers, at most one per model; " +
                $"the study used {ComparedLayer.Study}. Default: compare as search does.",
            HelpName = "LIST",
        };
        var output = new Option<FileInfo>("-o")
        {
            Description = "Also draw both images and the figures side by side, as this PNG.",
            HelpName = "FILE.png",
        };
        output.Aliases.Add("--output");
        output.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<FileInfo>() is { } folder && Directory.Exists(folder.FullName))
            {
                result.AddError($"-o takes a file, and '{folder.Name}' is a folder.");
            }
            else if (result.GetValueOrDefault<FileInfo>() is { } file && !file.Extension.Equals(".png", StringComparison.OrdinalIgnoreCase))
            {
                result.AddError($"-o takes a file that ends with .png, not '{file.Name}'.");
            }
        });
        var json = new Option<bool>(
            "--json") { Description = "Write JSON to standard output, and messages to standard error. Default: a table." };
        var command = new Command(
            "compare", "Shows how similar two images are for each model: the cosine of the angle between their embeddings.")
        {
            a, b, layers, output, json,
        };
        command.SetAction((parsed, stop) => RunAsync(
            tree,
            (parsed.GetRequiredValue(a), parsed.GetRequiredValue(b)),
            parsed.GetValue(layers),
            parsed.GetValue(output),
            parsed.GetValue(json),
            console,
            stop));
        return command;
    }

    private static async Task<int> RunAsync(
        SourceTree tree,
        (FileInfo A, FileInfo B) files,
        string? chosen,
        FileInfo? output,
        bool json,
        CommandConsole console,
        CancellationToken cancellationToken)
    {
        using var decoder = new ImageDecoder(new ImageLimits());
        ImageFile a = await ImageFile.ReadAsync(files.A, decoder.Limits, cancellationToken);
        ImageFile b = await ImageFile.ReadAsync(files.B, decoder.Limits, cancellationToken);

        // Invalid images are refused before the models are prepared, which may take long.
        await a.DecodeForModelsAsync(decoder, tree.Catalogue, cancellationToken);
        await b.DecodeForModelsAsync(decoder, tree.Catalogue, cancellationToken);
        using OutputFolder? drawn = output is null ? null : OutputFolder.Open(output.DirectoryName!);
        CommandConsole messages = json ? console.OnError() : console;
        using ModelSessions sessions = await LocalModels.OpenAsync(tree, messages, cancellationToken);
        IReadOnlyList<ComparedLayer> layers = Layers(chosen, sessions);

        ComparedPair pair = null!;
        try
        {
            await messages.StageAsync($"Comparing {a.File.Name} and {b.File.Name} with all models", async _ =>
                pair = await new PairComparison(decoder, sessions).CompareAsync(Named(a), Named(b), layers, cancellationToken));
        }
        catch (InvalidImageException invalid)
        {
            throw (invalid.Image == a.File.FullName ? a : b).Failure(invalid.Rejection);
        }

        if (output is not null)
        {
            RgbImage sheet = await PairSheet.DrawAsync(
                decoder, new EncodedImage(a.Encoded, a.File.Name), new EncodedImage(b.Encoded, b.File.Name), pair, cancellationToken);
            await drawn!.WriteAsync(output.Name, ImageEncoder.ToPng(sheet), cancellationToken);
            drawn.Complete();
            messages.Line($"The drawing of both is {SourceTree.Display(output.FullName)}");
        }

        if (json)
        {
            console.Line(JsonReport.Write(Report(a.File.Name, b.File.Name, pair)));
        }
        else
        {
            console.Write(Table($"{a.File.Name} and {b.File.Name}", pair));
        }

        return 0;
    }

    private static IReadOnlyList<ComparedLayer> Layers(string? chosen, ModelSessions sessions)
    {
        if (chosen is null)
        {
            return ComparedLayer.OfSearch(sessions.Models);
        }

        try
        {
            return ComparedLayer.Parse(chosen, sessions);
        }
        catch (InvalidLayersException invalid)
        {
            throw new CommandFailure(
                invalid.Kind == LayerFaultKind.Unknown ? $"--layers {chosen} is not allowed: {invalid.Message}" : invalid.Message);
        }
    }

    // Full paths, because files in two folders may have the same name.
    private static EncodedImage Named(ImageFile image) => new(image.Encoded, image.File.FullName);

    private static ComparisonReport Report(string a, string b, ComparedPair pair) => new(
        new ImageReport(a, pair.A.Width, pair.A.Height, pair.A.ContentHash),
        new ImageReport(b, pair.B.Width, pair.B.Height, pair.B.ContentHash),
        pair.Cosines.ToDictionary(cosine => cosine.Layer.Model.Key, cosine => cosine.ToContract()));

    private static Table Table(string title, ComparedPair pair)
    {
        Table table = new Table { Title = new TableTitle(Markup.Escape(ShownText.OfLine(title))) }
            .AddColumns("model", "weights", "precision", "layer", "resampling")
            .AddColumn(new TableColumn("cosine").RightAligned());
        foreach (LayerCosine cosine in pair.Cosines)
        {
            InstalledModel model = cosine.Layer.Model;
            table.AddRow(
                new Text(model.Definition.Title),
                new Text(model.Weights.ToJsonName()),
                new Text(model.Precision.ToJsonName()),
                new Text(cosine.Layer.Output),
                new Text(cosine.Layer.Resampling.ToJsonName()),
                new Text(cosine.Cosine.ToString("0.0000", CultureInfo.InvariantCulture)));
        }

        return table;
    }

    /// <summary>What <c>--json</c> writes.</summary>
    /// <param name="A">The first image.</param>
    /// <param name="B">The second.</param>
    /// <param name="Models">By the model's key.</param>
    private sealed record ComparisonReport(ImageReport A, ImageReport B, IReadOnlyDictionary<string, ModelCosine> Models);

    /// <summary>One of the pair; sizes are of the upright image, in pixels.</summary>
    private sealed record ImageReport(string File, int Width, int Height, string ContentHash);
}
