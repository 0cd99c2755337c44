using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Pipeline.Cli.Testing;

/// <summary>The totals of a test run.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Tests that failed; an error outside a test counts as one.</param>
/// <param name="Failures">The failed tests, each with the first line of its message.</param>
/// <param name="Skipped">Skipped tests, each with its reason.</param>
internal sealed record TestResults(int Passed, int Failed, IReadOnlyList<string> Failures, IReadOnlyList<string> Skipped)
{
    /// <summary>Whether at least one test ran and none failed.</summary>
    public bool Succeeded => Failed == 0 && Passed > 0;

    /// <summary>The line that other programs read.</summary>
    public string LastLine => string.Create(
        CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed{(Skipped.Count > 0 ? $", {Skipped.Count} skipped" : "")}");

    public static TestResults operator +(TestResults one, TestResults other) =>
        new(
            one.Passed + other.Passed, one.Failed + other.Failed, [.. one.Failures, .. other.Failures], [.. one.Skipped, .. other.Skipped]);

    /// <summary>Reads a run's report in xUnit.net's XML.</summary>
    /// <param name="report">The file; a missing or incomplete file means that the run crashed.</param>
    /// <param name="exitCode">The exit code of the run: a failure counts even if the report has none.</param>
    public static TestResults Read(string report, int exitCode)
    {
        try
        {
            XElement[] assemblies = [.. XDocument.Load(report).Descendants("assembly")];
            int failed = Sum("failed") + Sum("errors");
            return new TestResults(
                Sum("passed"),
                failed == 0 && exitCode != 0 ? 1 : failed,
                [
                    .. assemblies.Descendants("test").Concat(assemblies.Descendants("error"))
                        .Where(test => test.Element("failure") is not null)
                        .Select(test => $"{(string?)test.Attribute("name")}: {FirstLine(test.Element("failure")!.Element("message"))}"),
                ],
                [
                    .. assemblies.Descendants("test").Where(test => (string?)test.Attribute("result") == "Skip")
                        .Select(test => $"{(string?)test.Attribute("name")}: {((string?)test.Element("reason"))?.Trim()}"),
                ]);

            int Sum(string count) => assemblies.Sum(assembly => (int?)assembly.Attribute(count) ?? 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or XmlException)
        {
            return new TestResults(0, 1, ["The run ended without a report."], []);
        }
    }

    private static string FirstLine(XElement? message) => message?.Value.Trim().Split('\n')[0].TrimEnd() ?? "no message";
}
