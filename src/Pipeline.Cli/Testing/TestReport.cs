using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Pipeline.Cli.Testing;

/// <summary>A test that was left out.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Reason">Why, as the test says.</param>
internal sealed record SkippedTest(string Name, string Reason);

/// <summary>What a test run wrote down of itself.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Names of those that failed; where something outside a test failed, what it was.</param>
/// <param name="Skipped">Tests that were left out.</param>
internal sealed record TestReport(int Passed, IReadOnlyList<string> Failed, IReadOnlyList<SkippedTest> Skipped)
{
    /// <summary>Tests of the report, however they went.</summary>
    public int Count => Passed + Failed.Count + Skipped.Count;

    /// <summary>Reads a report in xUnit.net's XML (v2+).</summary>
    /// <exception cref="InvalidDataException">It is malformed, as after a run that was cut short.</exception>
    public static TestReport Read(Stream xml)
    {
        try
        {
            XElement root = XDocument.Load(xml).Root!;
            var passed = 0;
            List<string> failed = [];
            List<SkippedTest> skipped = [];
            foreach (XElement test in root.Descendants("test"))
            {
                string name = (string?)test.Attribute("name") ?? "a test without a name";
                switch ((string?)test.Attribute("result"))
                {
                    case "Pass":
                        passed++;
                        break;
                    case "Skip":
                        skipped.Add(new SkippedTest(name, ((string?)test.Element("reason") ?? "no reason given").Trim()));
                        break;
                    case "NotRun":
                        break;
                    default:
                        failed.Add(name);
                        break;
                }
            }

            // Outside a test: a fixture that cannot be put away, a class that cannot be made.
            failed.AddRange(root.Descendants("error").Select(error =>
                string.Create(CultureInfo.InvariantCulture, $"{(string?)error.Attribute("name") ?? "the run"} ({(string?)error.Attribute("type") ?? "error"})")));
            return new TestReport(passed, failed, skipped);
        }
        catch (XmlException exception)
        {
            throw new InvalidDataException($"The test report cannot be read: {exception.Message}", exception);
        }
    }
}
