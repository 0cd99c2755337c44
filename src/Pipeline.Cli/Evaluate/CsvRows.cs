using System.Text;

namespace Pipeline.Cli.Evaluate;

/// <summary>A row of a CSV file.</summary>
/// <param name="Line">The line where it begins, from 1.</param>
/// <param name="Cells">Its cells, without their quotes.</param>
internal readonly record struct CsvRow(int Line, IReadOnlyList<string> Cells);

/// <summary>
/// Reads CSV as RFC 4180 has it: commas, quotes that may enclose commas, line ends and doubled quotes. Lines end with CRLF, LF or CR; empty
/// lines are left out.
/// </summary>
internal static class CsvRows
{
    /// <summary>Reads all rows.</summary>
    /// <param name="text">The text, without a byte order mark.</param>
    /// <exception cref="FormatException">A quote is not closed, or stands where none may be; the message names the line.</exception>
    public static IReadOnlyList<CsvRow> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<CsvRow> rows = [];
        for ((int position, int line) = (0, 1); position < text.Length;)
        {
            int start = line;
            List<string> cells = [];
            do
            {
                cells.Add(position < text.Length && text[position] == '"'
                    ? Quoted(text, ref position, ref line)
                    : Plain(text, ref position, line));
            }
            while (Skips(text, ref position, ','));

            EndLine(text, ref position, ref line);
            if (cells is not [""])
            {
                rows.Add(new CsvRow(start, cells));
            }
        }

        return rows;
    }

    private static string Plain(string text, ref int position, int line)
    {
        int length = text.AsSpan(position).IndexOfAny(",\r\n");
        string cell = length < 0 ? text[position..] : text.Substring(position, length);
        position += cell.Length;
        return !cell.Contains('"', StringComparison.Ordinal)
            ? cell
            : throw new FormatException(
                $"line {line}: a quote within '{cell}'. Enclose the whole cell in quotes, and double those within.");
    }

    private static string Quoted(string text, ref int position, ref int line)
    {
        int start = line;
        var cell = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            char character = text[position];
            if (character != '"')
            {
                // CRLF counts once, by its second character.
                line += character == '\n' || (character == '\r' && !Follows(text, position, '\n')) ? 1 : 0;
                cell.Append(character);
            }
            else if (Follows(text, position, '"'))
            {
                cell.Append('"');
                position++;
            }
            else
            {
                position++;
                return position == text.Length || text[position] is ',' or '\r' or '\n'
                    ? cell.ToString()
                    : throw new FormatException(
                        $"line {line}: after a closing quote comes a comma or the line's end, not '{text[position]}'.");
            }
        }

        throw new FormatException($"line {start}: the quote that opens here is not closed.");
    }

    private static bool Follows(string text, int position, char character) =>
        position + 1 < text.Length && text[position + 1] == character;

    private static void EndLine(string text, ref int position, ref int line)
    {
        if (Skips(text, ref position, '\r') | Skips(text, ref position, '\n'))
        {
            line++;
        }
    }

    private static bool Skips(string text, ref int position, char character)
    {
        if (position >= text.Length || text[position] != character)
        {
            return false;
        }

        position++;
        return true;
    }
}
