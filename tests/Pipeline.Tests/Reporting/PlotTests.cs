using System.Globalization;
using System.Xml.Linq;
using CsCheck;
using Pipeline.Reporting;

namespace Pipeline.Tests.Reporting;

public class PlotTests
{
    private static readonly Gen<Plot> Any =
        from count in Gen.Int[1, 12]
        from values in Gen.Double[-1, 1].Array[count]
        from levels in Gen.Double[-1, 1].Array[0, 3]
        select Of([.. values.Select((value, i) => ((double)i, value))], levels);

    [Fact]
    public void Every_point_lies_within_the_plotting_area() => Any.Sample(plot =>
    {
        XElement svg = Parse(plot);
        (double X, double Y)[] points = [.. svg.Descendants("polyline").Single().Attribute("points")!.Value.Split(' ')
            .Select(pair => pair.Split(',')).Select(pair => (Number(pair[0]), Number(pair[1])))];

        Assert.Equal(plot.Series[0].Points.Count, points.Length);
        Assert.All(points, point =>
        {
            Assert.InRange(point.X, Plot.Left - 0.01, Plot.Right + 0.01);
            Assert.InRange(point.Y, plot.Top - 0.01, plot.Bottom + 0.01);
        });
    });

    [Fact]
    public void A_larger_value_is_drawn_higher_and_a_later_one_farther_right() => Any.Sample(plot =>
    {
        (double X, double Y)[] points = [.. plot.Series[0].Points];
        for (int i = 1; i < points.Length; i++)
        {
            Assert.True(plot.XOf(points[i].X) > plot.XOf(points[i - 1].X));
            double rise = points[i].Y - points[i - 1].Y;
            double drawn = plot.YOf(points[i - 1].Y) - plot.YOf(points[i].Y);
            Assert.Equal(rise / (plot.Y.To - plot.Y.From), drawn / (plot.Bottom - plot.Top), 1e-9);
        }
    });

    [Fact]
    public void It_has_a_title_a_description_both_axes_and_a_legend_for_everything_drawn()
    {
        XElement svg = Parse(Of([(0, 1), (90, 0.5)], [0.7]));
        string[] texts = [.. svg.Descendants("text").Select(text => text.Value)];

        Assert.Equal("p-title p-description", svg.Attribute("aria-labelledby")!.Value);
        Assert.Equal("img", svg.Attribute("role")!.Value);
        Assert.Equal(("p-title", "<A> turned"), (svg.Element("title")!.Attribute("id")!.Value, svg.Element("title")!.Value));
        Assert.Equal("p-description", svg.Element("desc")!.Attribute("id")!.Value);
        Assert.Contains("angle", texts);
        Assert.Contains("cosine", texts);
        Assert.Contains("VGG16 & co", texts);
        Assert.Contains("level 0", texts);
        Assert.Single(
            svg.Descendants("line"), line =>
                line.Attribute("class")!.Value == "level style-0" && Number(line.Attribute("x2")!.Value) == Plot.Right);
    }

    [Fact]
    public void Everything_lies_within_the_picture() => Any.Sample(plot =>
    {
        XElement svg = Parse(plot);
        Assert.Equal($"0 0 {Plot.Width} {plot.Height.ToString("0.##", CultureInfo.InvariantCulture)}", svg.Attribute("viewBox")!.Value);
        foreach (XAttribute attribute in svg.Descendants().Attributes())
        {
            switch (attribute.Name.LocalName)
            {
                case "x" or "x1" or "x2" or "cx":
                    Assert.InRange(Number(attribute.Value), 0, Plot.Width);
                    break;
                case "y" or "y1" or "y2" or "cy":
                    Assert.InRange(Number(attribute.Value), 0, plot.Height);
                    break;
            }
        }
    });

    [Fact]
    public void Written_values_of_an_axis_do_not_run_into_each_other()
    {
        PlotAxis fifty = PlotAxis.Through("n", [.. Enumerable.Range(0, 50).Select(i => (double)i)]);
        var plot = new Plot("p", "t", "d", fifty, PlotAxis.Over("y", [0, 1], 5), [], []);
        double[] written = [.. Parse(plot).Descendants("text")
            .Where(text => text.Attribute("class")!.Value == "tick" && text.Attribute("text-anchor")!.Value == "middle")
            .Select(text => Number(text.Attribute("x")!.Value))];

        Assert.True(written.Length > 5);
        Assert.All(written.Zip(written.Skip(1)), pair => Assert.True(pair.Second - pair.First > 30));
    }

    [Fact]
    public void A_strip_has_a_mark_for_every_value_where_the_axis_has_it() => Gen.Double[-1, 1].Array[1, 8].Array[1, 5].Sample(rows =>
    {
        var plot = new StripPlot(
            "s",
            "t",
            "d",
            PlotAxis.Over("cosine", rows.SelectMany(row => row), 6),
            [("same", 4)],
            [.. rows.Select((row, i) => new StripRow($"{i}", [.. row.Select(value => (4, value))]))]);
        XElement svg = XElement.Parse(plot.ToSvg().Value);
        XElement[] marks = [.. svg.Descendants("circle").Where(mark => Number(mark.Attribute("cy")!.Value) > 20)];

        Assert.Equal(rows.Sum(row => row.Length), marks.Length);
        Assert.All(marks, mark => Assert.InRange(Number(mark.Attribute("cx")!.Value), StripPlot.Left - 0.01, StripPlot.Right + 0.01));
        Assert.Equal(rows.Length, marks.Select(mark => mark.Attribute("cy")!.Value).Distinct().Count());
        Assert.True(StripPlot.YOf(rows.Length - 1) < plot.Height);
    });

    private static Plot Of((double X, double Y)[] points, double[] levels) => new(
        "p",
        "<A> turned",
        "How it falls.",
        PlotAxis.Through("angle", [.. points.Select(point => point.X)]),
        PlotAxis.Over("cosine", points.Select(point => point.Y).Concat(levels), 5),
        [new PlotSeries("VGG16 & co", 0, points, Connected: true)],
        [.. levels.Select((level, i) => new PlotLevel($"level {i}", 0, level))]);

    private static XElement Parse(Plot plot) => XElement.Parse(plot.ToSvg().Value);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
