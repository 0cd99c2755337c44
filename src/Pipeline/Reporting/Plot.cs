namespace Pipeline.Reporting;

/// <summary>A plot as inline SVG: no script, the page's own colours, and a title and a description for screen readers.</summary>
/// <param name="Id">Its id in the page.</param>
/// <param name="Title">What it shows, in a few words.</param>
/// <param name="Description">What it shows, for readers who cannot see it.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Series">What is drawn.</param>
/// <param name="Levels">Dashed horizontal lines.</param>
internal sealed record Plot(
    string Id, string Title, string Description, PlotAxis X, PlotAxis Y, IReadOnlyList<PlotSeries> Series, IReadOnlyList<PlotLevel> Levels)
{
    public const double Width = 480;
    public const double Left = 76;
    public const double Right = Width - 14;
    public const double LegendHeight = 20;
    public const double PlotHeight = 220;
    public const double BelowPlot = 50;

    private const double Above = 6;
    private const double BelowLegend = 14;
    private const double MarkRadius = 3.6;
    private const double LegendLine = 22;

    // The minimum distance between two labels of an axis.
    private const double TickRoom = 34;

    /// <summary>Top edge of the plotting area.</summary>
    public double Top => Above + (LegendHeight * ((Series.Count + Levels.Count + 1) / 2)) + BelowLegend;

    /// <summary>Bottom edge of the plotting area.</summary>
    public double Bottom => Top + PlotHeight;

    /// <summary>Height of the whole.</summary>
    public double Height => Bottom + BelowPlot;

    private double Middle => (Top + Bottom) / 2;

    /// <summary>The position of a horizontal value.</summary>
    public double XOf(double value) => Left + (X.Fraction(value) * (Right - Left));

    /// <summary>The position of a vertical value.</summary>
    public double YOf(double value) => Bottom - (Y.Fraction(value) * (Bottom - Top));

    public Markup ToSvg() => Markup.Of($"""
        <svg class="plot" viewBox="0 0 {Width:0.##} {Height:0.##}" role="img" aria-labelledby="{Id}-title {Id}-description">
        <title id="{Id}-title">{Title}</title>
        <desc id="{Id}-description">{Description}</desc>
        {Markup.Lines(Grid())}
        {Markup.Lines(Levels.Select(Level))}
        {Markup.Lines(Series.SelectMany(Draw))}
        {Markup.Lines(Legend())}
        <text class="axis" x="{(Left + Right) / 2:0.##}" y="{Height - 8:0.##}" text-anchor="middle">{X.Label}</text>
        <text class="axis" x="14" y="{Middle:0.##}" text-anchor="middle" transform="rotate(-90 14 {Middle:0.##})">{Y.Label}</text>
        </svg>
        """);

    /// <summary>The mark of a style: a circle, a square, a diamond, a triangle.</summary>
    public static Markup Mark(int style, double x, double y) => (style % 4) switch
    {
        0 => Markup.Of($"""<circle class="mark style-{style}" cx="{x:0.##}" cy="{y:0.##}" r="{MarkRadius:0.##}"/>"""),
        1 => Markup.Of($"""<rect class="mark style-{style}" x="{x - 3.3:0.##}" y="{y - 3.3:0.##}" width="6.6" height="6.6"/>"""),
        2 => Markup.Of($"""<path class="mark style-{style}" d="M{x:0.##} {y - 4.8:0.##}l4.8 4.8l-4.8 4.8l-4.8 -4.8z"/>"""),
        _ => Markup.Of($"""<path class="mark style-{style}" d="M{x:0.##} {y - 4.6:0.##}l4.6 8h-9.2z"/>"""),
    };

    private IEnumerable<Markup> Grid()
    {
        foreach (double tick in Y.Ticks)
        {
            yield return Markup.Of($"""
                <line class="grid" x1="{Left:0.##}" y1="{YOf(tick):0.##}" x2="{Right:0.##}" y2="{YOf(tick):0.##}"/>
                <text class="tick" x="{Left - 7:0.##}" y="{YOf(tick) + 4:0.##}" text-anchor="end">{Y.Text(tick)}</text>
                """);
        }

        double written = double.NegativeInfinity;
        foreach (double tick in X.Ticks.OrderBy(XOf))
        {
            double x = XOf(tick);
            yield return Markup.Of($"""<line class="grid" x1="{x:0.##}" y1="{Bottom:0.##}" x2="{x:0.##}" y2="{Bottom + 5:0.##}"/>""");
            if (x - written >= TickRoom)
            {
                yield return Markup.Of(
                    $"""<text class="tick" x="{x:0.##}" y="{Bottom + 18:0.##}" text-anchor="middle">{X.Text(tick)}</text>""");
                written = x;
            }
        }
    }

    private Markup Level(PlotLevel level) => Line("level", level.Style, Left, Right, YOf(level.Y));

    private IEnumerable<Markup> Draw(PlotSeries series)
    {
        if (series.Connected)
        {
            Markup points = new(string.Join(' ', series.Points.Select(point => Markup.Of($"{XOf(point.X):0.##},{YOf(point.Y):0.##}"))));
            yield return Markup.Of($"""<polyline class="curve style-{series.Style}" points="{points}"/>""");
        }

        foreach ((double x, double y) in series.Points)
        {
            yield return Mark(series.Style, XOf(x), YOf(y));
        }
    }

    /// <summary>Two columns above the plot.</summary>
    private IEnumerable<Markup> Legend()
    {
        int cell = 0;
        foreach (PlotSeries series in Series)
        {
            (double x, double y) = Cell(cell++);
            Markup line = series.Connected ? Line("curve", series.Style, x, x + LegendLine, y) : default;
            yield return Markup.Of($"{line}{Mark(series.Style, x + (LegendLine / 2), y)}{Text(series.Name, x, y)}");
        }

        foreach (PlotLevel level in Levels)
        {
            (double x, double y) = Cell(cell++);
            yield return Markup.Of($"{Line("level", level.Style, x, x + LegendLine, y)}{Text(level.Name, x, y)}");
        }
    }

    private static Markup Text(string name, double x, double y) =>
        Markup.Of($"""<text class="legend" x="{x + LegendLine + 8:0.##}" y="{y + 4:0.##}">{name}</text>""");

    private static Markup Line(string kind, int style, double from, double to, double y) =>
        Markup.Of($"""<line class="{kind} style-{style}" x1="{from:0.##}" y1="{y:0.##}" x2="{to:0.##}" y2="{y:0.##}"/>""");

    private static (double X, double Y) Cell(int index) =>
        (Left + (index % 2 * (Right - Left) / 2), Above + (LegendHeight / 2) + (index / 2 * LegendHeight));
}

/// <summary>Values of one kind in a plot.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Style">
/// Which of the plot's styles, from 0: colour and shape of its marks, so that series differ without colours too.
/// </param>
/// <param name="Points">x and y, in the axes' units.</param>
/// <param name="Connected">Whether a line goes through the points.</param>
internal sealed record PlotSeries(string Name, int Style, IReadOnlyList<(double X, double Y)> Points, bool Connected);

/// <summary>A value to compare a series with, drawn as a dashed horizontal line.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Style">The style of the series that it belongs to.</param>
/// <param name="Y">The value.</param>
internal sealed record PlotLevel(string Name, int Style, double Y);
