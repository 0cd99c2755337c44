using Pipeline.Drawing;
using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>The output of a block of a model for an image: a map for each channel.</summary>
/// <param name="Block">The block's number, from 1.</param>
/// <param name="Output">
/// The layer: VGG16's last convolution of the block, such as <c>block1_conv2</c>; ResNet50's block output, such as <c>conv2_block3_out</c>.
/// </param>
/// <param name="Channels">Number of maps.</param>
/// <param name="Height">Rows of a map.</param>
/// <param name="Width">Columns of a map.</param>
/// <param name="Values">float[Channels * Height * Width], CHW; after the layer's ReLU, so 0 or more.</param>
internal sealed record FeatureMaps(int Block, string Output, int Channels, int Height, int Width, ReadOnlyMemory<float> Values)
{
    private const int SheetColumns = 3;
    private const int SheetCell = 620;

    /// <summary>Reads the maps of all blocks in a single run of the model.</summary>
    /// <param name="session">The model.</param>
    /// <param name="image">An image of its input size.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <returns>In the order of the blocks.</returns>
    public static Task<IReadOnlyList<FeatureMaps>> ReadAsync(ModelSession session, RgbImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        return ReadAsync(session, image, [.. Enumerable.Range(1, session.Model.Definition.Blocks.Count)], cancellationToken);
    }

    /// <summary>Reads the maps of some blocks in a single run of the model, up to the last of them.</summary>
    /// <param name="session">The model.</param>
    /// <param name="image">An image of its input size.</param>
    /// <param name="blocks">The blocks' numbers, from 1.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <returns>In the order of <paramref name="blocks"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such block.</exception>
    public static async Task<IReadOnlyList<FeatureMaps>> ReadAsync(
        ModelSession session, RgbImage image, IReadOnlyList<int> blocks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(blocks);
        IReadOnlyList<string> outputs = session.Model.Definition.Blocks;
        foreach (int block in blocks)
        {
            if (block < 1 || block > outputs.Count)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(blocks), block, $"{session.Model.Definition.Title} has the blocks 1 to {outputs.Count}.");
            }
        }

        IReadOnlyList<ModelOutput> maps =
            await session.RunAsync([image], [.. blocks.Select(block => outputs[block - 1])], cancellationToken).ConfigureAwait(false);
        return
        [
            .. blocks.Zip(maps, (block, map) => new FeatureMaps(
                block, map.Name, (int)map.Shape[1], (int)map.Shape[2], (int)map.Shape[3], map.Values)),
        ];
    }

    /// <summary>Draws the first 64 maps as a grid of 8 x 8; see <see cref="FeatureMapGrid"/>.</summary>
    public RgbImage DrawGrid() => FeatureMapGrid.Draw(Values.Span, Channels, Height, Width);

    /// <summary>Draws the model's input and the grid of each block, each with a caption below.</summary>
    /// <param name="model">The model.</param>
    /// <param name="image">The image at the model's input size.</param>
    /// <param name="blocks">The maps.</param>
    public static RgbImage DrawSheet(InstalledModel model, RgbImage image, IReadOnlyList<FeatureMaps> blocks)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(blocks);
        var input = new CaptionedImage(
            $"{model.Definition.Title} ({model.Weights.ToJsonName()} weights), input {image.Width} x {image.Height}", image);
        return ContactSheet.Draw(
            [input, .. blocks.Select(block => new CaptionedImage(block.Caption, block.DrawGrid()))], SheetColumns, SheetCell);
    }

    private string Caption => $"{Block}: {Output}, {Math.Min(Channels, 64)} of {Channels} maps, {Height} x {Width}";
}
