namespace Pipeline.Imaging;

/// <summary>Resizing by picking pixels: output pixel i is input pixel floor((i + 0.5) * scale), as Pillow's <c>Image.NEAREST</c>.</summary>
internal static class NearestNeighbour
{
    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        int[] columns = Positions(image.Width, width);
        int[] rows = Positions(image.Height, height);
        ReadOnlySpan<byte> source = image.Pixels.Span;
        byte[] pixels = new byte[width * height * 3];
        int write = 0;
        foreach (int row in rows)
        {
            ReadOnlySpan<byte> line = source.Slice(row * image.Width * 3, image.Width * 3);
            foreach (int column in columns)
            {
                line.Slice(column * 3, 3).CopyTo(pixels.AsSpan(write));
                write += 3;
            }
        }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>
    /// The sample of each output position. Pillow's <c>ImagingScaleAffine</c> starts at half a step and adds up steps in double precision;
    /// the sum is repeated here, rounding and all, because a product would land on another pixel where a sample falls on an edge.
    /// </summary>
    private static int[] Positions(int from, int to)
    {
        double step = (double)from / to;
        double position = step * 0.5;
        int[] positions = new int[to];
        for (int i = 0; i < to; i++)
        {
            positions[i] = Math.Min((int)position, from - 1);
            position += step;
        }

        return positions;
    }
}
