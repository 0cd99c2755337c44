using Pipeline.Imaging;

namespace Pipeline.Drawing;

/// <summary>Two pictures beside each other, with lines of text below, on white.</summary>
internal static class SideBySide
{
    private const int Margin = 16;
    private const int PictureHeight = 360;

    // Twice as wide as high; a wider picture, such as a panorama, is drawn lower.
    private const int MaxPictureWidth = 720;
    private const int MaxLetters = 120;

    /// <summary>Draws two pictures at a height of 360 pixels; one more than twice as wide as high is 720 pixels wide.</summary>
    /// <param name="left">The picture on the left.</param>
    /// <param name="right">The picture on the right.</param>
    /// <param name="lines">Text; the sheet is made wide enough for 120 letters, what goes beyond is cut off. May be empty.</param>
    /// <exception cref="ArgumentException">There are so many lines that the sheet would exceed 100 megapixels.</exception>
    public static RgbImage Draw(RgbImage left, RgbImage right, IReadOnlyList<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        RgbImage first = Thumbnails.Fit(left, MaxPictureWidth, PictureHeight);
        RgbImage second = Thumbnails.Fit(right, MaxPictureWidth, PictureHeight);
        string[] shown = [.. lines.Select(line => BitmapFont.Shorten(line, MaxLetters))];
        int pictures = first.Width + Margin + second.Width;
        int text = shown.Select(line => line.Length).DefaultIfEmpty(0).Max() * Canvas.LetterWidth;
        int content = Math.Max(pictures, text);
        long below = shown.Length == 0 ? 0 : Margin + ((long)shown.Length * Canvas.LineHeight);
        using var canvas = new Canvas(content + (2 * Margin), PictureHeight + below + (2 * Margin));

        int x = Margin + ((content - pictures) / 2);
        canvas.DrawFramed(first, x, Margin + ((PictureHeight - first.Height) / 2));
        canvas.DrawFramed(second, x + first.Width + Margin, Margin + ((PictureHeight - second.Height) / 2));
        for (int i = 0; i < shown.Length; i++)
        {
            canvas.Write(shown[i], Margin, Margin + PictureHeight + Margin + (i * Canvas.LineHeight));
        }

        return canvas.ToImage();
    }
}
