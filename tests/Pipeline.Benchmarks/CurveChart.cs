using Pipeline.Reporting;

namespace Pipeline.Benchmarks;

/// <summary>The curve as an SVG file that stands alone: milliseconds and images on scales of powers of ten.</summary>
internal static class CurveChart
{
    private const string Style = """
        <style>
        .plot { font: 12.5px system-ui, sans-serif; background: #ffffff; }
        .plot text { fill: #1c2430; }
        .plot .tick, .plot .axis { fill: #5a6472; }
        .grid { stroke: #d9dee5; }
        .curve { fill: none; stroke-width: 2.2; }
        .curve.style-0 { stroke: #1f6f8b; } .mark.style-0 { fill: #1f6f8b; }
        .curve.style-1 { stroke: #c4552d; } .mark.style-1 { fill: #c4552d; }
        .curve.style-2 { stroke: #5b7f2b; } .mark.style-2 { fill: #5b7f2b; }
        .curve.style-3 { stroke: #7a4fa3; } .mark.style-3 { fill: #7a4fa3; }
        </style>
        """;

    public static string ToSvg(IReadOnlyList<CurvePoint> points)
    {
        PlotSeries Line(string name, int style, Func<CurvePoint, double> value) => new(
            name, style, [.. points.Select(point => (Math.Log10(point.Images), Math.Log10(Math.Max(value(point), 0.1))))], Connected: true);
        PlotSeries[] series =
        [
            Line("query, median", 0, point => point.Median),
            Line("query, 99th percentile", 1, point => point.Slow),
            Line("start of an instance", 2, point => point.StartSeconds * 1000),
            Line("refresh, one image changed", 3, point => point.Refresh),
        ];
        double[] y = [.. series.SelectMany(line => line.Points).Select(point => point.Y)];
        var plot = new Plot(
            "search",
            "Search by VGG16 and ResNet50",
            "Milliseconds of a query, of the start of an instance and of a refresh, by the number of stored images.",
            Axis("stored images", series[0].Points.Select(point => point.X)),
            Axis("milliseconds", y),
            series,
            []);
        return plot.ToSvg().ToString()
            .Replace("<svg class", "<svg xmlns=\"http://www.w3.org/2000/svg\" class", StringComparison.Ordinal)
            .Replace("<title", Style + "<title", StringComparison.Ordinal);
    }

    private static PlotAxis Axis(string label, IEnumerable<double> exponents)
    {
        double[] all = [.. exponents];
        int first = (int)Math.Floor(all.Min());
        int last = Math.Max((int)Math.Ceiling(all.Max()), first + 1);
        double[] ticks = [.. Enumerable.Range(first, last - first + 1).Select(exponent => (double)exponent)];
        return new PlotAxis(label, first, last, ticks, "'10^'0");
    }
}
