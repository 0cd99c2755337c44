namespace Pipeline.Imaging;

/// <summary>
/// Reads an image through an affine map: bilinear interpolation in double precision, positions outside clamped to the edge, as
/// <c>scipy.ndimage.affine_transform</c> with order 1 and mode "nearest". Rows are shared out among the processors.
/// </summary>
internal static class AffineWarp
{
    // Below this the threads would cost more than they bring.
    private const int PixelsWorthThreads = 100_000;

    /// <summary>The image through the map, rounded to the nearest level.</summary>
    public static RgbImage Apply(RgbImage image, AffineMatrix map) => Apply(image, map, channelShift: 0, flip: false);

    /// <summary>
    /// The image through the map, then shifted in brightness within its own range, then mirrored, and rounded once at the end.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="map">From an output position to an input position.</param>
    /// <param name="channelShift">
    /// Grey levels added to every value, which stays between the smallest and the largest value of all three channels.
    /// </param>
    /// <param name="flip">Whether rows are written from the right.</param>
    public static RgbImage Apply(RgbImage image, AffineMatrix map, double channelShift, bool flip)
    {
        (double lowest, double highest) = channelShift == 0 ? (0, byte.MaxValue) : Range(image, map);
        int stride = image.Width * 3;
        byte[] pixels = new byte[image.Height * stride];
        ForEachRow(image, map, (row, values) =>
        {
            Span<byte> line = pixels.AsSpan(row * stride, stride);
            for (int i = 0; i < stride; i += 3)
            {
                int write = flip ? stride - 3 - i : i;
                for (int channel = 0; channel < 3; channel++)
                {
                    line[write + channel] = (byte)Math.Round(Math.Clamp(values[i + channel] + channelShift, lowest, highest));
                }
            }
        });
        return new RgbImage(image.Width, image.Height, pixels);
    }

    // Read twice, once for this: values of 8 bytes for a whole image of 50 megapixels would take 1.2 GB.
    private static (double Lowest, double Highest) Range(RgbImage image, AffineMatrix map)
    {
        double[] lowest = new double[image.Height];
        double[] highest = new double[image.Height];
        ForEachRow(image, map, (row, values) => (lowest[row], highest[row]) = (values.Min(), values.Max()));
        return (lowest.Min(), highest.Max());
    }

    /// <summary>Hands over each output row as double[width * 3], in no order; the array is written over afterwards.</summary>
    private static void ForEachRow(RgbImage image, AffineMatrix map, Action<int, double[]> use)
    {
        int threads = (long)image.Width * image.Height < PixelsWorthThreads ? 1 : Environment.ProcessorCount;
        Parallel.For(
            0,
            image.Height,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => new double[image.Width * 3],
            (row, _, values) =>
            {
                ReadRow(image, map, row, values);
                use(row, values);
                return values;
            },
            static _ => { });
    }

    private static void ReadRow(RgbImage image, AffineMatrix map, int row, Span<double> values)
    {
        ReadOnlySpan<byte> source = image.Pixels.Span;
        int stride = image.Width * 3;
        (int lastColumn, int lastRow) = (image.Width - 1, image.Height - 1);
        for (int column = 0; column <= lastColumn; column++)
        {
            double x = Math.Clamp((map.Xx * column) + (map.Xy * row) + map.X0, 0, lastColumn);
            double y = Math.Clamp((map.Yx * column) + (map.Yy * row) + map.Y0, 0, lastRow);
            (int left, int top) = ((int)x, (int)y);
            (double right, double bottom) = (x - left, y - top);
            int upper = (top * stride) + (left * 3);

            // At the far edge there is no neighbour, and its weight is 0.
            int step = left < lastColumn ? 3 : 0;
            int lower = top < lastRow ? upper + stride : upper;
            for (int channel = 0; channel < 3; channel++)
            {
                double above = (source[upper + channel] * (1 - right)) + (source[upper + step + channel] * right);
                double below = (source[lower + channel] * (1 - right)) + (source[lower + step + channel] * right);
                values[(column * 3) + channel] = (above * (1 - bottom)) + (below * bottom);
            }
        }
    }
}
