using System.Text;
using Pipeline.Cli.Testing;

namespace Pipeline.Tests.Cli;

public sealed class TestReportTests : IDisposable
{
    // As xunit.v3 4.0.2 writes it, with what no reader here looks at left out.
    private const string Mixed =
        """
        <assemblies schema-version="3"><assembly name="Some.Tests.dll" total="5" passed="2" failed="1" skipped="1" not-run="1" errors="0">
          <errors />
          <collection name="one" total="3">
            <test name="A.passes" result="Pass" time="0.1" />
            <test name="A.fails" result="Fail"><failure exception-type="X"><message>no</message></failure></test>
            <test name="A.waits" result="Skip"><reason><![CDATA[no photographs here]]></reason></test>
          </collection>
          <collection name="two" total="2">
            <test name="B.passes" result="Pass" />
            <test name="B.on_demand" result="NotRun" />
          </collection>
        </assembly></assemblies>
        """;

    private const string AllPassed = """<assemblies><assembly><collection><test name="A" result="Pass" /></collection></assembly></assemblies>""";

    private readonly string _folder = Directory.CreateTempSubdirectory("reports").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_report_is_counted_test_by_test()
    {
        TestReport report = Parse(Mixed);

        Assert.Equal(2, report.Passed);
        Assert.Equal(["A.fails"], report.Failed);
        Assert.Equal([new SkippedTest("A.waits", "no photographs here")], report.Skipped);
    }

    [Fact]
    public void An_error_outside_any_test_is_a_failure()
    {
        TestReport report = Parse(
            """
            <assemblies><assembly><errors><error type="test-class-cleanup" name="A"><failure><message>no</message></failure></error></errors>
            <collection><test name="A.passes" result="Pass" /></collection></assembly></assemblies>
            """);

        Assert.Equal(["A (test-class-cleanup)"], report.Failed);
    }

    [Fact]
    public void A_result_that_nobody_knows_is_a_failure()
    {
        TestReport report = Parse("""<assemblies><assembly><collection><test name="A" result="Odd" /></collection></assembly></assemblies>""");

        Assert.Equal(["A"], report.Failed);
    }

    [Fact]
    public void A_runner_that_left_no_report_has_crashed()
    {
        TestProjectResult result = TestProjectResult.Read("Some.Tests", 134, Path.Combine(_folder, "none.xml"));

        Assert.Equal("Some.Tests crashed with exit code 134 and left no report.", result.Fault);
        Assert.False(new TestSummary([result]).Succeeded);
        Assert.Equal("0 passed, 1 failed", new TestSummary([result]).LastLine);
    }

    [Fact]
    public void A_report_that_was_cut_short_is_a_crash()
    {
        TestProjectResult result = TestProjectResult.Read("Some.Tests", 0, Write(Mixed[..300]));

        Assert.NotNull(result.Fault);
        Assert.Null(result.Report);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(139)]
    public void An_exit_code_that_the_report_does_not_explain_is_a_failure(int exitCode)
    {
        var summary = new TestSummary([TestProjectResult.Read("Some.Tests", exitCode, Write(AllPassed))]);

        Assert.Equal("1 passed, 1 failed", summary.LastLine);
        Assert.False(summary.Succeeded);
    }

    [Fact]
    public void The_last_line_adds_up_all_projects_and_names_skipped_tests_only_where_there_are_any()
    {
        TestProjectResult mixed = TestProjectResult.Read("Some.Tests", 1, Write(Mixed));
        TestProjectResult passed = TestProjectResult.Read("More.Tests", 0, Write(AllPassed));

        Assert.Equal("3 passed, 1 failed, 1 skipped", new TestSummary([mixed, passed]).LastLine);
        Assert.Equal("1 passed, 0 failed", new TestSummary([passed]).LastLine);
        Assert.False(new TestSummary([mixed, passed]).Succeeded);
        Assert.True(new TestSummary([passed]).Succeeded);
    }

    [Fact]
    public void A_run_without_a_test_has_not_succeeded()
    {
        TestProjectResult empty = TestProjectResult.Read("Some.Tests", 0, Write("<assemblies><assembly /></assemblies>"));

        Assert.Null(empty.Fault);
        Assert.False(new TestSummary([empty]).Succeeded);
    }

    private static TestReport Parse(string xml) => TestReport.Read(new MemoryStream(Encoding.UTF8.GetBytes(xml)));

    private string Write(string xml)
    {
        string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.xml");
        File.WriteAllText(path, xml);
        return path;
    }
}
