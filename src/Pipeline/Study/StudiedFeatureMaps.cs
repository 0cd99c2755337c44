using System.Text.Json.Serialization;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Study;

/// <summary>What a model's blocks make of A.</summary>
/// <param name="Model">The model's key.</param>
/// <param name="Blocks">The blocks, from the first.</param>
/// <param name="Input">A PNG of A as the model takes it.</param>
internal sealed record StudiedFeatureMaps(
    string Model, IReadOnlyList<StudiedBlock> Blocks, [property: JsonIgnore] ReadOnlyMemory<byte> Input);

/// <summary>What a block of a model makes of A.</summary>
/// <param name="Block">The block's number, from 1.</param>
/// <param name="Output">The layer that was drawn.</param>
/// <param name="Channels">Its maps; the first 64 are drawn.</param>
/// <param name="Height">Rows of a map.</param>
/// <param name="Width">Columns of a map.</param>
/// <param name="Grid">A PNG with 8 x 8 maps, each stretched over black to white.</param>
internal sealed record StudiedBlock(
    int Block, string Output, int Channels, int Height, int Width, [property: JsonIgnore] ReadOnlyMemory<byte> Grid)
{
    // A map's cell of 56 pixels or more stays legible, and ten grids stay within a few megabytes.
    private const int GridSide = 914;

    internal static StudiedBlock Draw(FeatureMaps maps)
    {
        RgbImage grid = maps.DrawGrid();
        RgbImage shown = Math.Max(grid.Width, grid.Height) > GridSide ? Thumbnails.Fit(grid, GridSide, GridSide) : grid;
        return new StudiedBlock(maps.Block, maps.Output, maps.Channels, maps.Height, maps.Width, ImageEncoder.ToPng(shown));
    }
}
