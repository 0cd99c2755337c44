using Pipeline.Imaging;

namespace Pipeline.Drawing;

/// <summary>A white sheet to draw on; all that is drawn has to lie within.</summary>
internal sealed class Canvas
{
    /// <summary>Pixels of a letter's dot, so that text is readable at the usual size of a report.</summary>
    private const int Dot = 2;

    /// <summary>Pixels that a letter takes in a line.</summary>
    public const int LetterWidth = BitmapFont.Advance * Dot;

    /// <summary>Pixels from one line of text to the next.</summary>
    public const int LineHeight = (BitmapFont.Height + 2) * Dot;

    // 300 MB of pixels.
    private const long MaxPixels = 100_000_000;

    private const byte White = 255;
    private const byte Ink = 32;
    private const byte Hairline = 208;

    private readonly byte[] _pixels;

    /// <exception cref="ArgumentException">The sheet would be larger than 100 megapixels.</exception>
    public Canvas(long width, long height)
    {
        if (width * height > MaxPixels)
        {
            throw new ArgumentException(
                $"The drawing would have {width} x {height} pixels; at most {MaxPixels / 1_000_000} megapixels are drawn. "
                + "Ask for fewer or smaller pictures.");
        }

        (Width, Height) = ((int)width, (int)height);
        _pixels = new byte[width * height * 3];
        _pixels.AsSpan().Fill(White);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Puts a picture with its upper left corner there.</summary>
    public void Draw(RgbImage image, int left, int top)
    {
        for (int row = 0; row < image.Height; row++)
        {
            image.Pixels.Span.Slice(row * image.Width * 3, image.Width * 3).CopyTo(Row(left, top + row));
        }
    }

    /// <summary>Puts a picture there, within a thin line, so that one with a white background has an edge too.</summary>
    public void DrawFramed(RgbImage image, int left, int top)
    {
        for (int row = top - 1; row <= top + image.Height; row++)
        {
            Row(left - 1, row)[..((image.Width + 2) * 3)].Fill(Hairline);
        }

        Draw(image, left, top);
    }

    /// <summary>Writes a line of text with its upper left corner there.</summary>
    public void Write(string text, int left, int top)
    {
        for (int i = 0; i < text.Length; i++)
        {
            for (int row = 0; row < BitmapFont.Height * Dot; row++)
            {
                Span<byte> line = Row(left + (i * LetterWidth), top + row);
                for (int column = 0; column < BitmapFont.Width; column++)
                {
                    if (BitmapFont.HasDot(text[i], column, row / Dot))
                    {
                        line.Slice(column * Dot * 3, Dot * 3).Fill(Ink);
                    }
                }
            }
        }
    }

    /// <summary>The drawing; nothing may be drawn afterwards.</summary>
    public RgbImage ToImage() => new(Width, Height, _pixels);

    /// <summary>byte[(Width - left) * 3] of a row from a column on.</summary>
    public Span<byte> Row(int left, int row) => _pixels.AsSpan(((row * Width) + left) * 3, (Width - left) * 3);
}
