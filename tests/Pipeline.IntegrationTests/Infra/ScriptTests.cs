using System.Diagnostics;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Infra;

/// <summary>The shell scripts as shellcheck reads them.</summary>
public sealed class ScriptTests
{
    [Fact]
    public async Task Shellcheck_finds_nothing_in_any_script()
    {
        string? shellcheck = Sandbox.FindTool("shellcheck");
        Assert.SkipWhen(shellcheck is null, "There is no shellcheck on the PATH; on Debian, tests/reference/install installs it.");
        string[] fakes = [.. Directory.GetFiles(Repository.Path("tests", "Pipeline.IntegrationTests", "Infra", "fakes"))];

        using var process = Process.Start(new ProcessStartInfo(
            shellcheck,
            ["pipeline", ".ci/run", "tests/reference/install", .. fakes])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        })!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output);
    }
}
