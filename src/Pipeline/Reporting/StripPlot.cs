namespace Pipeline.Reporting;

/// <summary>Values in rows on one common axis, as inline SVG: how groups are spread, row by row.</summary>
/// <param name="Id">Its id in the page.</param>
/// <param name="Title">What it shows, in a few words.</param>
/// <param name="Description">What it shows, for readers who cannot see it.</param>
/// <param name="X">The axis.</param>
/// <param name="Groups">What the legend calls each style.</param>
/// <param name="Rows">The rows, from the top.</param>
internal sealed record StripPlot(
    string Id, string Title, string Description, PlotAxis X, IReadOnlyList<(string Name, int Style)> Groups, IReadOnlyList<StripRow> Rows)
{
    public const double Width = 560;
    public const double Left = 16;
    public const double Right = Width - 24;

    private const double LegendHeight = 30;
    private const double RowHeight = 46;
    private const double BelowRows = 52;

    /// <summary>Height of the whole.</summary>
    public double Height => LegendHeight + (Rows.Count * RowHeight) + BelowRows;

    /// <summary>The position of a value.</summary>
    public double XOf(double value) => Left + (X.Fraction(value) * (Right - Left));

    /// <summary>The position of a row's line.</summary>
    public static double YOf(int row) => LegendHeight + ((row + 1) * RowHeight) - 10;

    public Markup ToSvg() => Markup.Of($"""
        <svg class="plot strip" viewBox="0 0 {Width:0.##} {Height:0.##}" role="img" aria-labelledby="{Id}-title {Id}-description">
        <title id="{Id}-title">{Title}</title>
        <desc id="{Id}-description">{Description}</desc>
        {Markup.Lines(X.Ticks.Select(Tick))}
        {Markup.Lines(Groups.Select(Legend))}
        {Markup.Lines(Rows.SelectMany(Draw))}
        <text class="axis" x="{(Left + Right) / 2:0.##}" y="{Height - 8:0.##}" text-anchor="middle">{X.Label}</text>
        </svg>
        """);

    private Markup Tick(double tick)
    {
        double bottom = Height - BelowRows + 6;
        return Markup.Of($"""
            <line class="grid" x1="{XOf(tick):0.##}" y1="{LegendHeight:0.##}" x2="{XOf(tick):0.##}" y2="{bottom:0.##}"/>
            <text class="tick" x="{XOf(tick):0.##}" y="{bottom + 15:0.##}" text-anchor="middle">{X.Text(tick)}</text>
            """);
    }

    private Markup Legend((string Name, int Style) group, int index)
    {
        double x = Left + (index * (Right - Left) / Groups.Count);
        return Markup.Of($"""{Plot.Mark(group.Style, x + 6, 12)}<text class="legend" x="{x + 18:0.##}" y="16">{group.Name}</text>""");
    }

    private IEnumerable<Markup> Draw(StripRow row, int index)
    {
        double y = YOf(index);
        yield return Markup.Of($"""<text class="row" x="{Left:0.##}" y="{y - 14:0.##}">{row.Name}</text>""");
        yield return Markup.Of($"""<line class="grid" x1="{Left:0.##}" y1="{y:0.##}" x2="{Right:0.##}" y2="{y:0.##}"/>""");
        foreach ((int style, double value) in row.Marks)
        {
            yield return Plot.Mark(style, XOf(value), y);
        }
    }
}

/// <summary>A row of a <see cref="StripPlot"/>.</summary>
/// <param name="Name">What is written above it.</param>
/// <param name="Marks">The style and the value of each mark.</param>
internal sealed record StripRow(string Name, IReadOnlyList<(int Style, double Value)> Marks);
