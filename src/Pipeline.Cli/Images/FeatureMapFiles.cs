using System.Globalization;
using Pipeline.Cli.Terminal;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Cli.Images;

/// <summary>Writes what a model's blocks make of an image.</summary>
/// <param name="folder">Where to; it exists.</param>
/// <param name="stem">What the files are named after.</param>
/// <param name="session">The model.</param>
/// <param name="input">The image at the model's input size.</param>
internal sealed class FeatureMapFiles(string folder, string stem, ModelSession session, RgbImage input)
{
    /// <param name="block">The block whose grid is wanted; null for each block's, and a sheet of all.</param>
    /// <param name="progress">Told of each file.</param>
    /// <param name="cancellationToken">Ends the work early; files that were written stay.</param>
    /// <returns>What was written.</returns>
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
        string what, RgbImage image, string layer, string size, CancellationToken cancellationToken)
    {
        string name = $"{stem}-{session.Model.Key}-{what}.png";
        await OutputFile.WriteAsync(Path.Combine(folder, name), ImageEncoder.ToPng(image), cancellationToken);
        return new FeatureMapFile(name, layer, size);
    }
}

/// <summary>A file that was written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Layer">What it shows.</param>
/// <param name="Maps">How many maps of which size the layer has; empty for a sheet.</param>
internal sealed record FeatureMapFile(string Name, string Layer, string Maps);
