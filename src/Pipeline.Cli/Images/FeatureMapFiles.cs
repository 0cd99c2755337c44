using System.Globalization;
using Pipeline.Cli.Terminal;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Cli.Images;

/// <summary>Writes the feature maps of a model's blocks for an image.</summary>
/// <param name="output">The target folder.</param>
/// <param name="stem">The first part of the files' names.</param>
/// <param name="session">The model.</param>
/// <param name="input">The image at the model's input size.</param>
internal sealed class FeatureMapFiles(OutputFolder output, string stem, ModelSession session, RgbImage input)
{
    /// <param name="block">The block to draw; null for all blocks, and a sheet of them.</param>
    /// <param name="progress">Receives a report for each file.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>The files.</returns>
    public async Task<IReadOnlyList<FeatureMapFile>> WriteAsync(
        int? block, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<FeatureMaps> blocks = block is { } number
            ? await FeatureMaps.ReadAsync(session, input, [number], cancellationToken)
            : await FeatureMaps.ReadAsync(session, input, cancellationToken);
        List<FeatureMapFile> files = [];
        foreach (FeatureMaps maps in blocks)
        {
            progress.Report(new StageProgress((double)files.Count / (blocks.Count + 1), maps.Output));
            string size = string.Create(CultureInfo.InvariantCulture, $"{maps.Channels} of {maps.Height} x {maps.Width}");
            files.Add(await WriteAsync($"block{maps.Block}", maps.DrawGrid(), maps.Output, size, cancellationToken));
        }

        if (block is null)
        {
            progress.Report(new StageProgress((double)files.Count / (blocks.Count + 1), "the sheet"));
            RgbImage sheet = FeatureMaps.DrawSheet(session.Model, input, blocks);
            files.Add(await WriteAsync("blocks", sheet, "all blocks", "", cancellationToken));
        }

        return files;
    }

    private async Task<FeatureMapFile> WriteAsync(
        string what, RgbImage picture, string layer, string size, CancellationToken cancellationToken)
    {
        string name = $"{stem}-{session.Model.Key}-{what}.png";
        await output.WriteAsync(name, ImageEncoder.ToPng(picture), cancellationToken);
        return new FeatureMapFile(name, layer, size);
    }
}

/// <summary>A file that was written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Layer">What it shows.</param>
/// <param name="Maps">The number and size of the layer's maps; empty for a sheet.</param>
internal sealed record FeatureMapFile(string Name, string Layer, string Maps);
