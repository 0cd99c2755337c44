using System.Globalization;
using System.Text;

namespace Pipeline.Client;

/// <summary>The query of a call; what is null is left out.</summary>
internal sealed class QueryString
{
    private readonly StringBuilder _text = new();

    public QueryString With(string name, string? value)
    {
        if (value is not null)
        {
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    /// <summary>A number, written so that it is read back as the same.</summary>
    public QueryString With<T>(string name, T? value)
        where T : struct, IFormattable => With(name, value?.ToString(null, CultureInfo.InvariantCulture));

    /// <summary>A parameter that may be there several times.</summary>
    public QueryString With(string name, IEnumerable<string> values)
    {
        foreach (string value in values)
        {
            With(name, value);
        }

        return this;
    }

    public override string ToString() => _text.ToString();
}
