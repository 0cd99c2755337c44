using Pipeline.Imaging;

namespace Pipeline.Drawing;

/// <summary>Images in rows and columns, each with its caption below, on white.</summary>
internal static class ContactSheet
{
    private const int Margin = 12;
    private const int AboveCaption = 6;

    /// <summary>Draws a sheet; each image is fitted into a square cell with its aspect ratio kept.</summary>
    /// <param name="images">At least one, in the order of reading.</param>
    /// <param name="columns">Cells in a row, at least 1; fewer if there are fewer images.</param>
    /// <param name="cellSize">Width and height of a cell in pixels, 16 to 4096. A caption has a letter per 12 pixels of it.</param>
    /// <exception cref="ArgumentException">
    /// There is no image, a number is out of range, or the sheet would exceed 100 megapixels.
    /// </exception>
    public static RgbImage Draw(IReadOnlyList<CaptionedImage> images, int columns, int cellSize)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cellSize, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cellSize, 4096);
        if (images.Count == 0)
        {
            throw new ArgumentException("A contact sheet needs at least one image.", nameof(images));
        }

        columns = Math.Min(columns, images.Count);
        long rows = (images.Count + columns - 1L) / columns;
        (int stepX, int stepY) = (cellSize + Margin, cellSize + AboveCaption + Canvas.LineHeight + Margin);
        using var canvas = new Canvas(Margin + ((long)columns * stepX), Margin + (rows * stepY));
        for (int i = 0; i < images.Count; i++)
        {
            DrawCell(canvas, images[i], Margin + (i % columns * stepX), Margin + (i / columns * stepY), cellSize);
        }

        return canvas.ToImage();
    }

    private static void DrawCell(Canvas canvas, CaptionedImage image, int left, int top, int size)
    {
        RgbImage fitted = Thumbnails.Fit(image.Image, size, size);
        canvas.DrawFramed(fitted, left + ((size - fitted.Width) / 2), top + ((size - fitted.Height) / 2));
        string caption = BitmapFont.Shorten(image.Caption, size / Canvas.LetterWidth);
        canvas.Write(caption, left + ((size - (caption.Length * Canvas.LetterWidth)) / 2), top + size + AboveCaption);
    }
}

/// <summary>An image and the caption below it.</summary>
/// <param name="Caption">A line of text; may be empty. It is cut if it does not fit; characters outside ASCII are shown as '?'.</param>
/// <param name="Image">The image.</param>
internal sealed record CaptionedImage(string Caption, RgbImage Image);
