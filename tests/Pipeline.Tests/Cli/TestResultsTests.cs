using Pipeline.Cli.Testing;

namespace Pipeline.Tests.Cli;

public sealed class TestResultsTests : IDisposable
{
    // As xunit.v3 4.0.2 writes it, without the parts that are not read here.
    private const string Mixed =
        """
        <assemblies schema-version="3"><assembly name="Some.Tests.dll" total="5" passed="2" failed="1" skipped="1" not-run="1" errors="1">
          <errors><error type="test-class-cleanup" name="A"><failure><message>late&#10; more</message></failure></error></errors>
          <collection name="one" total="3">
            <test name="A.fails" result="Fail"><failure exception-type="X"><message>no</message></failure></test>
            <test name="A.waits" result="Skip"><reason><![CDATA[no photographs here]]></reason></test>
          </collection>
        </assembly></assemblies>
        """;

    private const string Clean = """<assemblies><assembly total="3" passed="3" failed="0" skipped="0" errors="0" /></assemblies>""";

    private readonly string _report = Path.GetTempFileName();

    public void Dispose() => File.Delete(_report);

    [Fact]
    public void Errors_outside_a_test_count_as_failures_and_all_keep_their_reasons()
    {
        TestResults results = Read(Mixed, 2);

        Assert.Equal("2 passed, 2 failed, 1 skipped", results.LastLine);
        Assert.Equal(["A.waits: no photographs here"], results.Skipped);
        Assert.Equal(["A.fails: no", "A: late"], results.Failures);
        Assert.False(results.Succeeded);
    }

    [Theory]
    [InlineData(Clean, 0, "3 passed, 0 failed", true)]
    [InlineData(Clean, 7, "3 passed, 1 failed", false)]
    [InlineData("<assemblies />", 0, "0 passed, 0 failed", false)]
    [InlineData("<assemblies><assembly passed=\"3\"", 0, "0 passed, 1 failed", false)]
    public void A_run_succeeds_where_tests_ran_and_neither_its_report_nor_its_exit_code_says_otherwise(
        string report, int exitCode, string lastLine, bool succeeded)
    {
        TestResults results = Read(report, exitCode);

        Assert.Equal(lastLine, results.LastLine);
        Assert.Equal(succeeded, results.Succeeded);
    }

    [Fact]
    public void A_run_without_a_report_has_crashed() =>
        Assert.Equal("0 passed, 1 failed", TestResults.Read(Path.Combine(Path.GetTempPath(), "none.xml"), 0).LastLine);

    [Fact]
    public void Runs_add_up() => Assert.Equal("5 passed, 2 failed, 1 skipped", (Read(Mixed, 2) + Read(Clean, 0)).LastLine);

    private TestResults Read(string report, int exitCode)
    {
        File.WriteAllText(_report, report);
        return TestResults.Read(_report, exitCode);
    }
}
