using Pipeline.Imaging;

namespace Pipeline.Drawing;

/// <summary>Writes a line of text over the middle of an image, as people mark the images that they share.</summary>
internal static class TextOverlay
{
    // The part of the width that the text takes.
    private const double Share = 0.8;

    /// <summary>Writes white letters with a black edge; a small image gets as much of the text as has room, one pixel a dot.</summary>
    /// <param name="image">The image.</param>
    /// <param name="text">Printable ASCII.</param>
    public static RgbImage Write(RgbImage image, string text)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(text);
        int columns = text.Length * BitmapFont.Advance;
        int dot = Math.Max(1, (int)(image.Width * Share / Math.Max(columns, 1)));
        int left = (image.Width - (columns * dot)) / 2;
        int top = (image.Height - (BitmapFont.Height * dot)) / 2;
        byte[] pixels = image.Pixels.ToArray();

        // The edge is the same letters, moved by half a dot each way and black, below the white ones.
        int edge = Math.Max(1, dot / 2);
        for (int pass = 0; pass < 2; pass++)
        {
            int reach = pass == 0 ? edge : 0;
            for (int row = 0; row < BitmapFont.Height; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    (int letter, int within) = Math.DivRem(column, BitmapFont.Advance);
                    if (within < BitmapFont.Width && BitmapFont.HasDot(text[letter], within, row))
                    {
                        Fill(
                            left + (column * dot) - reach,
                            top + (row * dot) - reach,
                            dot + (2 * reach),
                            pass == 0 ? byte.MinValue : byte.MaxValue);
                    }
                }
            }
        }

        return new RgbImage(image.Width, image.Height, pixels);

        void Fill(int x, int y, int side, byte level)
        {
            int from = Math.Clamp(x, 0, image.Width);
            int to = Math.Clamp(x + side, 0, image.Width);
            for (int row = Math.Max(0, y); row < Math.Min(image.Height, y + side); row++)
            {
                pixels.AsSpan(((row * image.Width) + from) * 3, (to - from) * 3).Fill(level);
            }
        }
    }
}
