using System.Text;

namespace Pipeline.Imaging;

/// <summary>Text that was sent in an image's place.</summary>
/// <param name="Name">What kind of text.</param>
/// <param name="Advice">What to do; may be empty.</param>
internal sealed record ForeignText(string Name, string Advice)
{
    // Enough for a declaration and a comment before the first element.
    private const int Looked = 1024;

    private static readonly string[] Encoded = ["/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR", "SUkqA", "TU0AK", "Qk0"];

    private static readonly string[] Html = ["<!doctype html", "<html", "<head", "<body", "<br", "<!--"];

    /// <returns>Null if it is no text.</returns>
    public static ForeignText? Find(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> start = bytes[..Math.Min(bytes.Length, Looked)];
        string? text = start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode.GetString(start[2..])
            : start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode.GetString(start[2..])
            : IsText(start) ? Encoding.UTF8.GetString(start)
            : null;
        return text is null ? null : Kind(text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n'));
    }

    /// <summary>Whether bytes are UTF-8 without control characters; a character may be cut at the end.</summary>
    public static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            if (value < ' ' && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f'))
            {
                return false;
            }
        }

        for (int cut = 0; cut < 4 && cut < bytes.Length; cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(bytes[..^cut]))
            {
                return true;
            }
        }

        return false;
    }

    private static ForeignText Kind(string text) =>
        text.StartsWith("version https://git-lfs", StringComparison.Ordinal)
            ? new("a Git LFS pointer, not the image itself", "Fetch the image by 'git lfs pull'.")
        : text.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)
            || Encoded.Any(start => text.StartsWith(start, StringComparison.Ordinal))
            ? new("an image as base64 text", "Send the bytes that it stands for.")
        : text.StartsWith('<') && text.Contains("<svg", StringComparison.OrdinalIgnoreCase) && !IsHtml(text)
            ? new("SVG", "Convert it first.")
            : IsHtml(text) ? new("an HTML page, perhaps an error's that was saved in the image's place", "Send the image itself.")
        : text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) ? new("XML", "Send the image itself.")
        : text.StartsWith('{') || text.StartsWith('[') ? new("JSON", "Send the image itself.")
        : new("text", "Send the image itself.");

    private static bool IsHtml(string text) => Html[..^1].Any(tag => text.StartsWith(tag, StringComparison.OrdinalIgnoreCase))
        || (text.StartsWith(Html[^1], StringComparison.Ordinal) && text.Contains("<html", StringComparison.OrdinalIgnoreCase));
}
