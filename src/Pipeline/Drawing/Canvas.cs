using Pipeline.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace Pipeline.Drawing;

/// <summary>A white sheet to draw on; everything must be drawn within its bounds.</summary>
internal sealed class Canvas : IDisposable
{
    /// <summary>Pixels of a letter's dot, so that text is readable at the size of a report.</summary>
    private const int Dot = 2;

    /// <summary>Pixels that a letter takes in a line.</summary>
    public const int LetterWidth = BitmapFont.Advance * Dot;

    /// <summary>Pixels from one line of text to the next.</summary>
    public const int LineHeight = (BitmapFont.Height + 2) * Dot;

    // 300 MB of pixels.
    private const long MaxPixels = 100_000_000;

    private static readonly Rgb24 White = new(255, 255, 255);
    private static readonly Rgb24 Ink = new(32, 32, 32);
    private static readonly Rgb24 Hairline = new(208, 208, 208);

    private readonly Image<Rgb24> _sheet;

    /// <exception cref="ArgumentException">The sheet would be larger than 100 megapixels.</exception>
    public Canvas(long width, long height)
    {
        if (width * height > MaxPixels)
        {
            throw new ArgumentException(
                $"The drawing would have {width} x {height} pixels; at most {MaxPixels / 1_000_000} megapixels are drawn. "
                + "Ask for fewer or smaller images.");
        }

        _sheet = new Image<Rgb24>((int)width, (int)height, White);
    }

    /// <summary>Draws an image with its upper left corner at a position.</summary>
    public void Draw(Image<Rgb24> image, int left, int top) => _sheet.ProcessPixelRows(image, (sheet, rows) =>
    {
        // DrawImage would blend, which takes 12 ms instead of 0.1 for 896 x 896 pixels.
        for (int row = 0; row < rows.Height; row++)
        {
            rows.GetRowSpan(row).CopyTo(sheet.GetRowSpan(top + row)[left..]);
        }
    });

    /// <inheritdoc cref="Draw(Image{Rgb24}, int, int)"/>
    public void Draw(RgbImage image, int left, int top)
    {
        using Image<Rgb24> pixels = image.AsImageSharp();
        Draw(pixels, left, top);
    }

    /// <summary>Draws an image at a position with a thin frame, so that an image with a white background has a visible edge.</summary>
    public void DrawFramed(RgbImage image, int left, int top)
    {
        using Image<Rgb24> frame = new(image.Width + 2, image.Height + 2, Hairline);
        Draw(frame, left - 1, top - 1);
        Draw(image, left, top);
    }

    /// <summary>Writes a line of text with its upper left corner at a position.</summary>
    public void Write(string text, int left, int top) => _sheet.ProcessPixelRows(sheet =>
    {
        for (int row = 0; row < BitmapFont.Height * Dot; row++)
        {
            Span<Rgb24> line = sheet.GetRowSpan(top + row)[left..];
            for (int column = 0; column < text.Length * BitmapFont.Advance; column++)
            {
                (int letter, int dot) = Math.DivRem(column, BitmapFont.Advance);
                if (dot < BitmapFont.Width && BitmapFont.HasDot(text[letter], dot, row / Dot))
                {
                    line.Slice(column * Dot, Dot).Fill(Ink);
                }
            }
        }
    });

    public RgbImage ToImage() => _sheet.ToRgbImage();

    public void Dispose() => _sheet.Dispose();
}
