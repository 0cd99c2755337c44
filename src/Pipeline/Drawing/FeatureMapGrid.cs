using Pipeline.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Pipeline.Drawing;

/// <summary>
/// Draws the feature maps of a layer as the study did: the first 64 channels in a grid of 8 x 8, each stretched from black to white.
/// </summary>
internal static class FeatureMapGrid
{
    private const int Side = 8;
    private const int Gap = 2;
    private const int MinCell = 112;

    // Above this a grid of 64 would be too large to look at; the largest map of the models has 224.
    private const int MaxMapSide = 1024;

    /// <summary>Draws the grid; channels from left to right, then down. With fewer than 64, the rest stays white.</summary>
    /// <param name="maps">float[channels * height * width], CHW. Values that are not finite are drawn black.</param>
    /// <param name="channels">Number of maps, at least 1.</param>
    /// <param name="height">Rows of a map, 1 to 1024.</param>
    /// <param name="width">Columns of a map, 1 to 1024.</param>
    /// <returns>
    /// Grey as RGB. A value of a map is a square of whole pixels, the smallest with which the map's longer side comes to 112 pixels: 16
    /// for 7, 8 for 14, 4 for 28, 2 for 56, 1 from 112 on. A map whose values are all the same is black.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A number is out of range, or <paramref name="maps"/> does not hold channels * height * width values.
    /// </exception>
    public static RgbImage Draw(ReadOnlySpan<float> maps, int channels, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        RequireSide(height, nameof(height));
        RequireSide(width, nameof(width));
        if (maps.Length != (long)channels * height * width)
        {
            throw new ArgumentException(
                $"{channels} maps of {height} x {width} are {(long)channels * height * width} values, not {maps.Length}.", nameof(maps));
        }

        int enlargement = Math.Max(1, (MinCell + Math.Max(height, width) - 1) / Math.Max(height, width));
        (int stepX, int stepY) = ((width * enlargement) + Gap, (height * enlargement) + Gap);
        using var canvas = new Canvas(Gap + (Side * stepX), Gap + (Side * stepY));
        byte[] levels = new byte[height * width];
        var pixels = new Rgb24[height * width * enlargement * enlargement];
        using Image<Rgb24> image = Image.WrapMemory<Rgb24>(pixels, width * enlargement, height * enlargement);
        for (int channel = 0; channel < Math.Min(channels, Side * Side); channel++)
        {
            Stretch(maps.Slice(channel * height * width, height * width), levels);
            Enlarge(levels, width, enlargement, pixels);
            canvas.Draw(image, Gap + (channel % Side * stepX), Gap + (channel / Side * stepY));
        }

        return canvas.ToImage();
    }

    /// <summary>The smallest value becomes 0, the largest 255.</summary>
    private static void Stretch(ReadOnlySpan<float> map, Span<byte> levels)
    {
        (float lowest, float highest) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (float value in map)
        {
            if (float.IsFinite(value))
            {
                (lowest, highest) = (Math.Min(lowest, value), Math.Max(highest, value));
            }
        }

        // In double precision: the difference of two floats may be larger than any float.
        double scale = highest > lowest ? 255 / ((double)highest - lowest) : 0;
        for (int i = 0; i < map.Length; i++)
        {
            levels[i] = float.IsFinite(map[i]) ? (byte)Math.Round(((double)map[i] - lowest) * scale) : (byte)0;
        }
    }

    // ImageSharp's nearest neighbour gives the same pixels, but its 64 calls take 18 ms, more than twice the time of the whole grid.
    private static void Enlarge(ReadOnlySpan<byte> levels, int width, int enlargement, Span<Rgb24> pixels)
    {
        int stride = width * enlargement;
        for (int y = 0; y < pixels.Length / stride; y++)
        {
            Span<Rgb24> line = pixels.Slice(y * stride, stride);
            ReadOnlySpan<byte> row = levels.Slice(y / enlargement * width, width);
            for (int x = 0; x < width; x++)
            {
                line.Slice(x * enlargement, enlargement).Fill(new Rgb24(row[x], row[x], row[x]));
            }
        }
    }

    private static void RequireSide(int side, string parameter)
    {
        if (side is < 1 or > MaxMapSide)
        {
            throw new ArgumentOutOfRangeException(parameter, side, $"A map's side goes from 1 to {MaxMapSide}.");
        }
    }
}
