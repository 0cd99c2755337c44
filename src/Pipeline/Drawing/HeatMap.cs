using System.Globalization;
using Pipeline.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Pipeline.Drawing;

/// <summary>
/// Draws a grid of values over an image: the higher a value, the brighter the colour. Of the image its edges are left, in grey around the
/// same middle for all images, so that a colour means the same value on a dark image as on a bright one and in the scale.
/// </summary>
internal static class HeatMap
{
    // Tried on the samples: with more cover their outlines are lost, with less the colours of neighbouring values look alike.
    private const float Cover = 0.65f;
    private const float Contrast = 0.9f;
    private const float Middle = 128;

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
        float mean = MeanOf(image.Pixels.Span);
        byte[] pixels = new byte[image.Pixels.Length];
        Parallel.For(0, image.Height, y =>
        {
            float[] line = MixRows(values.Span, columns, down[y]);
            ReadOnlySpan<byte> from = image.Pixels.Span.Slice(y * image.Width * 3, image.Width * 3);
            Span<byte> to = pixels.AsSpan(y * image.Width * 3, image.Width * 3);
            for (int x = 0; x < image.Width; x++)
            {
                float grey = Middle + ((GreyOf(from.Slice(x * 3, 3)) - mean) * Contrast);
                Tint(grey, (across[x].Of(line) - min) * range, to.Slice(x * 3, 3));
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
        Span<byte> tinted = stackalloc byte[3];
        for (int x = 0; x < ScaleWidth; x++)
        {
            Tint(Middle, x / (ScaleWidth - 1f), tinted);
            for (int y = 0; y < colours.Height; y++)
            {
                colours[x, y] = new Rgb24(tinted[0], tinted[1], tinted[2]);
            }
        }

        canvas.Write(low, 0, 0);
        canvas.Draw(colours, left, 0);
        canvas.Write(high, left + ScaleWidth + Canvas.LetterWidth, 0);
        return canvas.ToImage();

        static string Text(float value) => value.ToString("0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>Lays the colour of a value over a grey of 0 to 255, which may lie outside.</summary>
    private static void Tint(float grey, float heat, Span<byte> tinted)
    {
        (byte red, byte green, byte blue) = HeatColours.Of(heat);
        tinted[0] = Over(red);
        tinted[1] = Over(green);
        tinted[2] = Over(blue);

        byte Over(byte colour) => (byte)Math.Clamp(MathF.Round(grey + ((colour - grey) * Cover)), 0, 255);
    }

    private static float MeanOf(ReadOnlySpan<byte> pixels)
    {
        double sum = 0;
        for (int i = 0; i < pixels.Length; i += 3)
        {
            sum += GreyOf(pixels.Slice(i, 3));
        }

        return (float)(sum / (pixels.Length / 3));
    }

    // Weights of ITU-R BT.601, as for a grey photograph.
    private static float GreyOf(ReadOnlySpan<byte> pixel) => (0.299f * pixel[0]) + (0.587f * pixel[1]) + (0.114f * pixel[2]);

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
