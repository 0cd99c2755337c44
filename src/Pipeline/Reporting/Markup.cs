using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Pipeline.Reporting;

/// <summary>
/// A piece of HTML or SVG. It is made from interpolated strings: the literal parts are copied, and the interpolated values are encoded
/// unless they are markup already. So a name that looks like markup stays text everywhere.
/// </summary>
/// <param name="Value">The encoded text.</param>
internal readonly record struct Markup(string Value)
{
    public static Markup Of(MarkupInterpolation markup) => new(markup.ToString());

    /// <summary>Joins pieces with line feeds.</summary>
    public static Markup Lines(IEnumerable<Markup> pieces) => new(string.Join('\n', pieces));

    /// <summary>A data URI with an image's bytes.</summary>
    public static Markup DataUri(string mediaType, ReadOnlyMemory<byte> bytes) =>
        new($"data:{mediaType};base64,{Convert.ToBase64String(bytes.Span)}");

    public override string ToString() => Value;
}

/// <summary>The handler of an interpolated string that becomes <see cref="Markup"/>.</summary>
[InterpolatedStringHandler]
internal readonly ref struct MarkupInterpolation(int literalLength, int formattedCount)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new(literalLength + (formattedCount * 16));

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(Markup markup) => _text.Append(markup.Value);

    public void AppendFormatted(string? text) => _text.Append(Encoder.Encode(text ?? ""));

    public void AppendFormatted<T>(T value, string? format = null)
        where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();
}
