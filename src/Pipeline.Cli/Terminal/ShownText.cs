using System.Globalization;
using System.Text;

namespace Pipeline.Cli.Terminal;

/// <summary>
/// Text for a terminal. The name of a file may contain any character: an escape sequence in it could rewrite the screen, a line feed could
/// imitate a message, and a mark of direction could reverse what follows.
/// </summary>
internal static class ShownText
{
    /// <summary>Text of one or more lines: control characters other than line ends and tabs become escapes such as <c>\u001B</c>.</summary>
    public static string Of(string text) => Escape(text, kept: "\r\n\t");

    /// <summary>Text within a line, such as a name: line ends and tabs are escaped too.</summary>
    public static string OfLine(string text) => Escape(text, kept: "");

    private static string Escape(string text, string kept)
    {
        if (!text.Any(IsEscaped))
        {
            return text;
        }

        var escaped = new StringBuilder();
        foreach (char character in text)
        {
            if (IsEscaped(character))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
            }
            else
            {
                escaped.Append(character);
            }
        }

        return escaped.ToString();

        // U+2028 and U+2029 separate lines; U+202A to U+202E and U+2066 to U+2069 change the direction of text.
        bool IsEscaped(char character) => !kept.Contains(character, StringComparison.Ordinal)
            && (char.IsControl(character) || character is (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
    }
}
