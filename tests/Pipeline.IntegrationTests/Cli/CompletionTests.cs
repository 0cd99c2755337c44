using System.Diagnostics;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>Completion in a real shell.</summary>
public class CompletionTests
{
    [Theory]
    [InlineData("./pipeline ima", "images")]
    [InlineData("./pipeline images sh", "show")]
    [InlineData("./pipeline upload --pre", "--prefix")]
    [InlineData("pipeline tags ", "add list remove set show")]
    public async Task Bash_completes_commands_and_options(string line, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no bash.");
        string[] words = line.Split(' ');
        string script = $$"""
            source <(dotnet '{{Program}}' completion bash)
            COMP_LINE='{{line}}'; COMP_POINT={{line.Length}}; COMP_WORDS=({{string.Join(' ', words.Select(word => $"'{word}'"))}})
            COMP_CWORD={{words.Length - 1}}
            _pipeline
            printf '%s\n' "${COMPREPLY[@]}" | grep -v -e '^-[^-]' -e '^--[hukj]' | sort | xargs
            """;
        using Process bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;

        string completed = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected, completed.Trim());
    }

    [Theory]
    [InlineData("zsh", "compdef _pipeline pipeline")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Other_shells_have_their_scripts(string shell, string expected)
    {
        (int exitCode, string output) = await CommandProcess.RunAsync("completion", shell);

        Assert.Equal(0, exitCode);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Contains(Program, output, StringComparison.Ordinal);
    }

    private static string Program =>
        Repository.Path("src", "Pipeline.Cli", "bin", Repository.Configuration, "net10.0", "Pipeline.Cli.dll");
}
