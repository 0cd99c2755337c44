using System.Buffers;
using System.Text;

namespace Pipeline.Study.Reporting;

/// <summary>Rows of text as RFC 4180 has them: commas, CRLF, quotes around what needs them.</summary>
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
