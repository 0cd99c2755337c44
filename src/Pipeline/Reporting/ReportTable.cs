using System.Globalization;

namespace Pipeline.Reporting;

/// <summary>Tables of the report: wide ones scroll on a small screen instead of widening the page.</summary>
internal static class ReportTable
{
    /// <summary>The format of cosines: four decimals, as in the published study.</summary>
    public const string CosineFormat = "0.0000";

    /// <param name="columns">The headings; a leading '#' marks a column of numbers, which is aligned to the right.</param>
    /// <param name="rows">The rows.</param>
    public static Markup Of(IEnumerable<string> columns, IEnumerable<Markup> rows) => Markup.Of($"""
        <div class="table"><table><thead><tr>{Markup.Lines(columns.Select(Heading))}</tr></thead>
        <tbody>
        {Markup.Lines(rows)}
        </tbody></table></div>
        """);

    /// <summary>A row that begins with its heading.</summary>
    public static Markup Row(string heading, IEnumerable<Markup> cells, bool isSum = false) => Markup.Of(
        $"""<tr{(isSum ? new Markup(" class=\"sum\"") : default)}><th scope="row">{heading}</th>{Markup.Lines(cells)}</tr>""");

    public static Markup Text(string text) => Markup.Of($"<td>{text}</td>");

    public static Markup Number(double? value, string format) => value is { } number
        ? Markup.Of($"""<td class="number">{number.ToString(format, CultureInfo.InvariantCulture)}</td>""")
        : Markup.Of($"""<td class="number">–</td>""");

    public static Markup Cosine(double? value) => Number(value, CosineFormat);

    private static Markup Heading(string text) => text.StartsWith('#')
        ? Markup.Of($"""<th scope="col" class="number">{text[1..]}</th>""")
        : Markup.Of($"""<th scope="col">{text}</th>""");
}
