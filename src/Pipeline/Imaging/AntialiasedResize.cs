namespace Pipeline.Imaging;

/// <summary>
/// Resizing by a separable kernel that is stretched with the reduction, to the bit as Pillow's <c>Image.resize</c> does with BILINEAR and
/// BICUBIC (Pillow, <c>Resample.c</c>), which torchvision, CLIP and DINOv2 preprocess with: rows first, rounded to 8 bits, then columns;
/// weights in fixed point of 22 bits, and none outside the image, where the others are raised to a sum of one.
/// </summary>
internal static class AntialiasedResize
{
    private const int FractionBits = 32 - 8 - 2;
    private const double CubicA = -0.5;

    // A narrow image of millions of rows would become hundreds of times larger between the two passes. Beyond this, columns come first:
    // rounded in another order, values may differ from Pillow's.
    private const long MostPixelsBetween = 50_000_000;

    /// <summary>Resizes, ignoring the aspect ratio.</summary>
    /// <param name="image">The image.</param>
    /// <param name="width">Width wanted, in pixels, at least 1.</param>
    /// <param name="height">Height wanted, in pixels, at least 1.</param>
    /// <param name="resampling"><see cref="Resampling.Bilinear"/> or <see cref="Resampling.Bicubic"/>.</param>
    public static RgbImage Resize(RgbImage image, int width, int height, Resampling resampling)
    {
        (Func<double, double> kernel, double radius) = resampling switch
        {
            Resampling.Bilinear => ((Func<double, double>)Triangle, 1.0),
            Resampling.Bicubic => (Cubic, 2.0),
            _ => throw new ArgumentOutOfRangeException(nameof(resampling), resampling, "There is no such kernel."),
        };
        return (long)width * image.Height <= MostPixelsBetween
            ? Columns(Rows(image, width, kernel, radius), height, kernel, radius)
            : Rows(Columns(image, height, kernel, radius), width, kernel, radius);
    }

    private static RgbImage Rows(RgbImage image, int width, Func<double, double> kernel, double radius)
    {
        if (width == image.Width)
        {
            return image;
        }

        Window[] windows = WindowsOf(image.Width, width, kernel, radius);
        byte[] resized = new byte[width * image.Height * 3];
        Parallel.For(0, image.Height, row => ResizeRow(
            image.Pixels.Span.Slice(row * image.Width * 3, image.Width * 3), windows, resized.AsSpan(row * width * 3, width * 3)));
        return new RgbImage(width, image.Height, resized);
    }

    private static RgbImage Columns(RgbImage image, int height, Func<double, double> kernel, double radius)
    {
        if (height == image.Height)
        {
            return image;
        }

        Window[] windows = WindowsOf(image.Height, height, kernel, radius);
        int length = image.Width * 3;
        byte[] resized = new byte[length * height];
        Parallel.For(0, height, row => MixRows(image.Pixels.Span, windows[row], resized.AsSpan(row * length, length)));
        return new RgbImage(image.Width, height, resized);
    }

    private static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));

    // Keys (1981).
    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x < 1 ? ((((CubicA + 2) * x) - (CubicA + 3)) * x * x) + 1
            : x < 2 ? ((((x - 5) * x) + 8) * x - 4) * CubicA
            : 0;
    }

    /// <summary>For each position of the result, the positions of the source that it is made of.</summary>
    private static Window[] WindowsOf(int from, int to, Func<double, double> kernel, double radius)
    {
        double scale = (double)from / to;
        double stretch = Math.Max(scale, 1);
        double support = radius * stretch;
        var windows = new Window[to];
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale;
            int start = Math.Max(0, (int)(centre - support + 0.5));
            int end = Math.Min(from, (int)(centre + support + 0.5));
            double[] weights = new double[end - start];
            for (int position = start; position < end; position++)
            {
                weights[position - start] = kernel((position - centre + 0.5) / stretch);
            }

            double sum = weights.Sum();
            windows[i] = new Window(start, [.. weights.Select(weight => Fixed(sum == 0 ? weight : weight / sum))]);
        }

        return windows;
    }

    private static int Fixed(double weight) => (int)((weight * (1 << FractionBits)) + (weight < 0 ? -0.5 : 0.5));

    private static void ResizeRow(ReadOnlySpan<byte> row, Window[] windows, Span<byte> resized)
    {
        int write = 0;
        foreach ((int start, int[] weights) in windows)
        {
            (int red, int green, int blue) = (1 << (FractionBits - 1), 1 << (FractionBits - 1), 1 << (FractionBits - 1));
            int read = start * 3;
            foreach (int weight in weights)
            {
                red += row[read] * weight;
                green += row[read + 1] * weight;
                blue += row[read + 2] * weight;
                read += 3;
            }

            resized[write++] = Clip(red);
            resized[write++] = Clip(green);
            resized[write++] = Clip(blue);
        }
    }

    private static void MixRows(ReadOnlySpan<byte> source, Window window, Span<byte> mixed)
    {
        Span<int> sums = new int[mixed.Length];
        sums.Fill(1 << (FractionBits - 1));
        for (int i = 0; i < window.Weights.Length; i++)
        {
            ReadOnlySpan<byte> row = source.Slice((window.Start + i) * mixed.Length, mixed.Length);
            int weight = window.Weights[i];
            for (int x = 0; x < row.Length; x++)
            {
                sums[x] += row[x] * weight;
            }
        }

        for (int x = 0; x < mixed.Length; x++)
        {
            mixed[x] = Clip(sums[x]);
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> FractionBits, 0, 255);

    /// <summary>The part of a row or column that one position of the result is made of.</summary>
    /// <param name="Start">Its first position.</param>
    /// <param name="Weights">Of that and those after it, in fixed point.</param>
    private readonly record struct Window(int Start, int[] Weights);
}
