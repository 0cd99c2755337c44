using System.Globalization;
using Pipeline.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Pipeline.Drawing;

/// <summary>Draws a grid of values over an image: the higher a value, the brighter the colour and the more it covers.</summary>
internal static class HeatMap
{
    // The grid's lowest values leave nearly all of the image, though in grey and darkened; its highest still show edges.
    private const float LeastCover = 0.35f;
    private const float MostCover = 0.7f;

    private const int ScaleWidth = 240;

    /// <summary>Draws a grid over an image, which it covers whole; between the middles of its cells values are interpolated.</summary>
    /// <param name="image">The image.</param>
    /// <param name="values">float[rows * columns], row by row.</param>
    /// <param name="rows">Rows of the grid, at least 1.</param>
    /// <param name="columns">Columns of the grid, at least 1.</param>
    /// <param name="min">The value of the darkest colour.</param>
    /// <param name="max">The value of the brightest; where it is not above <paramref name="min"/>, all values get the darkest.</param>
    /// <returns>An image of the same size.</returns>
    /// <exception cref="ArgumentException"><paramref name="values"/> does not hold rows * columns values.</exception>
    public static RgbImage Draw(RgbImage image, ReadOnlyMemory<float> values, int rows, int columns, float min, float max)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (values.Length != (long)rows * columns)
        {
            throw new ArgumentException(
                $"A grid of {rows} x {columns} has {(long)rows * columns} values, not {values.Length}.", nameof(values));
        }

        Tap[] across = Taps(image.Width, columns);
        Tap[] down = Taps(image.Height, rows);
        float range = max > min ? 1 / (max - min) : 0;
        byte[] pixels = new byte[image.Pixels.Length];
        Parallel.For(0, image.Height, y =>
        {
            float[] line = MixRows(values.Span, columns, down[y]);
            ReadOnlySpan<byte> from = image.Pixels.Span.Slice(y * image.Width * 3, image.Width * 3);
            Span<byte> to = pixels.AsSpan(y * image.Width * 3, image.Width * 3);
            for (int x = 0; x < image.Width; x++)
            {
                Cover(from.Slice(x * 3, 3), (across[x].Of(line) - min) * range, to.Slice(x * 3, 3));
            }
        });
        return new RgbImage(image.Width, image.Height, pixels);
    }

    /// <summary>Draws the colours from the lowest to the highest value, each written beside its end.</summary>
    /// <param name="min">The lowest value.</param>
    /// <param name="max">The highest value.</param>
    public static RgbImage DrawScale(float min, float max)
    {
        (string low, string high) = (Text(min), Text(max));
        int left = (low.Length + 1) * Canvas.LetterWidth;
        using var canvas = new Canvas(left + ScaleWidth + ((high.Length + 1) * Canvas.LetterWidth), Canvas.LineHeight);
        using var colours = new Image<Rgb24>(ScaleWidth, Canvas.LineHeight - 4);
        for (int x = 0; x < ScaleWidth; x++)
        {
            (byte red, byte green, byte blue) = HeatColours.Of(x / (ScaleWidth - 1f));
            for (int y = 0; y < colours.Height; y++)
            {
                colours[x, y] = new Rgb24(red, green, blue);
            }
        }

        canvas.Write(low, 0, 0);
        canvas.Draw(colours, left, 0);
        canvas.Write(high, left + ScaleWidth + Canvas.LetterWidth, 0);
        return canvas.ToImage();

        static string Text(float value) => value.ToString("0.00", CultureInfo.InvariantCulture);
    }

    private static void Cover(ReadOnlySpan<byte> pixel, float heat, Span<byte> covered)
    {
        heat = Math.Clamp(heat, 0, 1);
        float cover = LeastCover + ((MostCover - LeastCover) * heat);
        (byte red, byte green, byte blue) = HeatColours.Of(heat);

        // Without its own colours, so that all colour is the map's; weights of ITU-R BT.601, as for a grey photograph.
        float grey = (0.299f * pixel[0]) + (0.587f * pixel[1]) + (0.114f * pixel[2]);
        covered[0] = Mix(red);
        covered[1] = Mix(green);
        covered[2] = Mix(blue);

        byte Mix(byte channel) => (byte)MathF.Round(grey + ((channel - grey) * cover));
    }

    private static float[] MixRows(ReadOnlySpan<float> values, int columns, Tap tap)
    {
        float[] line = new float[columns];
        for (int column = 0; column < columns; column++)
        {
            line[column] = values[(tap.Low * columns) + column]
                + ((values[(tap.High * columns) + column] - values[(tap.Low * columns) + column]) * tap.Share);
        }

        return line;
    }

    // A pixel's middle lies between the middles of two cells; beyond the outer ones there is but one.
    private static Tap[] Taps(int pixels, int cells) =>
    [
        .. Enumerable.Range(0, pixels).Select(i =>
        {
            float place = Math.Clamp(((i + 0.5f) * cells / pixels) - 0.5f, 0, cells - 1);
            int low = Math.Min((int)place, Math.Max(0, cells - 2));
            float share = place - low;

            // Smoothed: a straight line would show the edges of a grid of 7 cells.
            return new Tap(low, Math.Min(low + 1, cells - 1), share * share * (3 - (2 * share)));
        }),
    ];

    /// <summary>Two cells and the share of the second in what lies between them.</summary>
    private readonly record struct Tap(int Low, int High, float Share)
    {
        public float Of(float[] line) => line[Low] + ((line[High] - line[Low]) * Share);
    }
}
