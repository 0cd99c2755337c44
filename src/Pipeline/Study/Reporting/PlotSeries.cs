namespace Pipeline.Study.Reporting;

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
