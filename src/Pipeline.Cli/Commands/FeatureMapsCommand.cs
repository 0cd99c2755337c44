using System.CommandLine;
using Pipeline.Cli.Images;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline feature-maps</c>: draws the feature maps of the models' blocks.</summary>
internal static class FeatureMapsCommand
{
    public static Command Create(SourceTree tree, CommandConsole console)
    {
        Argument<FileInfo> image = ImageArgument.Create("FILE");
        Option<string> model = ModelOption.Create("Draw only this model. Default: all that have feature maps.", () => WithMaps(tree));
        int blocks = ModelCatalogue.Default().Models.Min(model => model.Blocks.Count);
        Option<int?> block = NumberOption.Create(
            "--block", 1, blocks, $"Draw only the grid of this block, 1 to {blocks}. Default: the grids of all blocks, " +
                "and a sheet of them.");
        var folder = new Option<DirectoryInfo>("-o")
        {
            Description =
                "The folder for the pictures; created if missing. Default: a folder named after the file, such as vase-feature-maps.",
            HelpName = "DIR",
        };
        folder.Aliases.Add("--output");
        var command = new Command(
            "feature-maps", "Draws the feature maps of the models' blocks for an image: the first 64 of each as a grid of 8 x 8, as PNG.")
        {
            image, model, block, folder,
        };
        command.SetAction((parsed, stop) => RunAsync(
            tree,
            parsed.GetRequiredValue(image),
            ModelOption.Chosen(parsed.GetValue(model), WithMaps(tree)),
            parsed.GetValue(block),
            parsed.GetValue(folder)?.FullName,
            console,
            stop));
        return command;
    }

    private static IReadOnlyList<ModelDefinition> WithMaps(SourceTree tree) =>
        [.. tree.Catalogue.Models.Where(model => model.Blocks.Count > 0)];

    private static async Task<int> RunAsync(
        SourceTree tree,
        FileInfo file,
        IReadOnlyList<ModelDefinition> wanted,
        int? block,
        string? folder,
        CommandConsole console,
        CancellationToken cancellationToken)
    {
        using var decoder = new ImageDecoder(new ImageLimits());
        ImageFile image = await ImageFile.ReadAsync(file, decoder.Limits, cancellationToken);

        // Invalid images are refused before the models are prepared, which may take long.
        ModelInputs inputs = await image.DecodeForModelsAsync(decoder, tree.Catalogue, cancellationToken);
        string target = folder ?? Path.GetFullPath($"{image.Stem}-feature-maps");
        using var output = OutputFolder.Open(target);
        using ModelSessions sessions = await LocalModels.OpenAsync(tree, console, cancellationToken);
        Table table = new Table().AddColumns("file", "model", "weights", "layer").AddColumn(new TableColumn("maps").RightAligned());
        foreach (InstalledModel model in sessions.Models.IntersectBy(wanted.Select(model => model.Key), model => model.Key))
        {
            await console.StageAsync($"Drawing the feature maps of {model.Definition.Title}", async progress =>
            {
                ModelSession session = await sessions.GetAsync(model, cancellationToken);
                var files = new FeatureMapFiles(output, image.Stem, session, inputs.Of(model.Definition.InputForm));
                foreach (FeatureMapFile written in await files.WriteAsync(block, progress, cancellationToken))
                {
                    table.AddRow(
                        new Text(ShownText.OfLine(written.Name)),
                        new Text(model.Definition.Title),
                        new Text(model.Weights.ToJsonName()),
                        new Text(written.Layer),
                        new Text(written.Maps));
                }
            });
        }

        output.Complete();
        console.Write(table);
        console.Line($"The pictures are in {SourceTree.Display(target)}");
        return 0;
    }
}
