using System.Text.Json.Serialization;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Study;

/// <summary>The feature maps of a model's blocks for A.</summary>
/// <param name="Model">The model's key.</param>
/// <param name="Blocks">The blocks, from the first.</param>
/// <param name="Input">A PNG of A at the model's input size.</param>
internal sealed record StudiedFeatureMaps(
    string Model, IReadOnlyList<StudiedBlock> Blocks, [property: JsonIgnore] ReadOnlyMemory<byte> Input);

/// <summary>The feature maps of a block for A.</summary>
/// <param name="Block">The block's number, from 1.</param>
/// <param name="Output">The layer that was drawn.</param>
/// <param name="Channels">Its maps; the first 64 are drawn.</param>
/// <param name="Height">Rows of a map.</param>
/// <param name="Width">Columns of a map.</param>
/// <param name="Grid">A PNG with 8 x 8 maps, each stretched over black to white.</param>
internal sealed record StudiedBlock(
    int Block, string Output, int Channels, int Height, int Width, [property: JsonIgnore] ReadOnlyMemory<byte> Grid)
{
    // The cell of a map has at least 56 pixels, so it stays legible, and ten grids take a few megabytes.
    private const int GridSide = 914;

    internal static StudiedBlock Draw(FeatureMaps maps)
    {
        RgbImage grid = maps.DrawGrid();
        RgbImage shown = Math.Max(grid.Width, grid.Height) > GridSide ? Thumbnails.Fit(grid, GridSide, GridSide) : grid;
        return new StudiedBlock(maps.Block, maps.Output, maps.Channels, maps.Height, maps.Width, ImageEncoder.ToPng(shown));
    }
}
