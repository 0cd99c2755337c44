using System.Buffers;
using System.Text;

namespace Pipeline.Reporting;

/// <summary>Writes rows of text in the format of RFC 4180: commas, CRLF, and quotes only where they are needed.</summary>
internal sealed class CsvTable
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(",\"\r\n");

    private readonly StringBuilder _text = new();

    public void Add(params ReadOnlySpan<string> cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0)
            {
                _text.Append(',');
            }

            Append(cells[i]);
        }

        _text.Append("\r\n");
    }

    public override string ToString() => _text.ToString();

    private void Append(string cell)
    {
        if (!cell.AsSpan().ContainsAny(NeedQuotes))
        {
            _text.Append(cell);
            return;
        }

        _text.Append('"').Append(cell).Replace("\"", "\"\"", _text.Length - cell.Length, cell.Length).Append('"');
    }
}
