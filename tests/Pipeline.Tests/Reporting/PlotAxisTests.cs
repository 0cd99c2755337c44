using CsCheck;
using Pipeline.Reporting;

namespace Pipeline.Tests.Reporting;

public class PlotAxisTests
{
    private static readonly Gen<double[]> Cosines = Gen.Double[-1, 1].Array[1, 20];

    [Theory]
    [InlineData(0.93, 1, 5, "0.93 0.94 0.95 0.96 0.97 0.98 0.99 1.00")]
    [InlineData(0, 1, 5, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(-0.3, 1, 5, "-0.4 -0.2 0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0.9981, 1, 4, "0.9980 0.9985 0.9990 0.9995 1.0000")]
    public void Ticks_are_round_numbers_written_as_short_as_they_can_be(double from, double to, int intervals, string ticks)
    {
        PlotAxis axis = PlotAxis.Over("cosine", [to, from], intervals);

        Assert.Equal(ticks, string.Join(' ', axis.Ticks.Select(axis.Text)));
    }

    [Fact]
    public void An_axis_holds_all_values_between_its_ends_and_its_ticks_are_even() =>
        Gen.Select(Cosines, Gen.Int[2, 10]).Sample((values, intervals) =>
    {
        PlotAxis axis = PlotAxis.Over("cosine", values, intervals);
        double step = (axis.To - axis.From) / (axis.Ticks.Count - 1);

        Assert.All(values, value => Assert.InRange(axis.Fraction(value), -1e-6, 1 + 1e-6));
        Assert.Equal((axis.Ticks[0], axis.Ticks[^1]), (axis.From, axis.To));
        Assert.InRange(axis.Ticks.Count, 2, (2 * intervals) + 2);
        Assert.All(axis.Ticks.Select((tick, i) => (tick, i)), at => Assert.Equal(axis.From + (at.i * step), at.tick, 1e-9));
        Assert.Equal(axis.Ticks.Count, axis.Ticks.Select(axis.Text).Distinct().Count());
    });

    [Fact]
    public void Values_that_are_all_the_same_still_make_an_axis()
    {
        PlotAxis axis = PlotAxis.Over("cosine", [1, 1, 1], 5);

        Assert.True(axis.From < axis.To);
        Assert.InRange(axis.Fraction(1), 0, 1);
    }

    [Fact]
    public void An_axis_may_count_down()
    {
        PlotAxis axis = PlotAxis.Through("quality", [100, 50, 0]);

        Assert.Equal([0, 0.5, 1], [axis.Fraction(100), axis.Fraction(50), axis.Fraction(0)]);
    }
}
