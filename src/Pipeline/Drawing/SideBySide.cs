using Pipeline.Imaging;

namespace Pipeline.Drawing;

/// <summary>Draws two images side by side, with lines of text below, on white.</summary>
internal static class SideBySide
{
    private const int Margin = 16;
    private const int ImageHeight = 360;

    // Twice as wide as high; a wider image, such as a panorama, is drawn lower.
    private const int MaxImageWidth = 720;
    private const int MaxLetters = 120;

    /// <summary>Draws two images at a height of 360 pixels; one more than twice as wide as high is 720 pixels wide.</summary>
    /// <param name="left">The image on the left.</param>
    /// <param name="right">The image on the right.</param>
    /// <param name="lines">Text; the sheet is wide enough for 120 letters, and longer lines are cut. May be empty.</param>
    /// <param name="legend">A small image below the text; null for none.</param>
    /// <exception cref="ArgumentException">There are so many lines that the sheet would exceed 100 megapixels.</exception>
    public static RgbImage Draw(RgbImage left, RgbImage right, IReadOnlyList<string> lines, RgbImage? legend = null)
    {
        ArgumentNullException.ThrowIfNull(lines);
        RgbImage first = Thumbnails.Fit(left, MaxImageWidth, ImageHeight);
        RgbImage second = Thumbnails.Fit(right, MaxImageWidth, ImageHeight);
        string[] shown = [.. lines.Select(line => BitmapFont.Shorten(line, MaxLetters))];
        int images = first.Width + Margin + second.Width;
        int text = shown.Select(line => line.Length).DefaultIfEmpty(0).Max() * Canvas.LetterWidth;
        int content = Math.Max(Math.Max(images, text), legend?.Width ?? 0);
        long below = (shown.Length == 0 ? 0 : Margin + ((long)shown.Length * Canvas.LineHeight)) + (legend?.Height ?? 0);
        using var canvas = new Canvas(content + (2 * Margin), ImageHeight + below + (2 * Margin));

        int x = Margin + ((content - images) / 2);
        canvas.DrawFramed(first, x, Margin + ((ImageHeight - first.Height) / 2));
        canvas.DrawFramed(second, x + first.Width + Margin, Margin + ((ImageHeight - second.Height) / 2));
        for (int i = 0; i < shown.Length; i++)
        {
            canvas.Write(shown[i], Margin, Margin + ImageHeight + Margin + (i * Canvas.LineHeight));
        }

        if (legend is not null)
        {
            canvas.Draw(legend, Margin, Margin + ImageHeight + (int)below - legend.Height);
        }

        return canvas.ToImage();
    }
}
