using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Terminal;
using Pipeline.Models.Store;

namespace Pipeline.Cli.Deploy;

/// <summary>
/// Runs the programs of a deployment and reports each step; in a dry run it only prints commands that can be pasted into a shell.
/// </summary>
/// <param name="console">The console.</param>
/// <param name="folder">Where the programs run.</param>
/// <param name="dryRun">Whether commands are only printed.</param>
internal sealed partial class CommandRunner(CommandConsole console, string folder, bool dryRun)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    public bool DryRun => dryRun;

    /// <summary>Runs a named part of the work; an error within it is reported with its name.</summary>
    public async Task StepAsync(string name, string description, Func<Task> work, CancellationToken cancellationToken)
    {
        console.Line($"\n{(dryRun ? "#" : "==")} {name}: {description}");
        try
        {
            await work();
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            console.Error($"\nStopped in step \"{name}\". Operations that Azure has started continue there; " +
                "run the same command again to complete the deployment.");
            throw;
        }
        catch (Exception failure) when (failure is CommandFailure or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CommandFailure(
                $"\nStep \"{name}\" failed: {FileError.Describe(failure)}\n" +
                "Then run the same command again: finished steps are kept.");
        }
    }

    /// <summary>A remark. In a dry run it is a comment, so that all that is printed can be pasted.</summary>
    public void Say(string text) => console.Line($"{(dryRun ? "#" : "  ")} {text}");

    /// <summary>What a command wrote.</summary>
    public void Show(string output) => console.Line(output);

    /// <summary>In a dry run, prints the shell equivalent of what this program does itself.</summary>
    public void Print(string line)
    {
        if (dryRun)
        {
            console.Line(line);
        }
    }

    /// <summary>Stops if a condition does not hold. A dry run knows no results, and continues.</summary>
    /// <exception cref="CommandFailure">It does not hold.</exception>
    public void Require(bool isSo, string error, string advice)
    {
        if (!isSo && !dryRun)
        {
            throw DeploymentFailure.Because(error, advice);
        }
    }

    /// <summary>Runs a command for its effect.</summary>
    /// <returns>What it wrote; nothing in a dry run.</returns>
    /// <exception cref="CommandFailure">It failed; the message ends with its last output.</exception>
    public async Task<string> RunAsync(ShellCommand command, CancellationToken cancellationToken)
    {
        Print($"{command}");
        return dryRun ? "" : await SucceedAsync(command, showsOutput: true, cancellationToken);
    }

    /// <summary>Runs a command for its output, which may be a key and is never shown.</summary>
    /// <returns>The output; in a dry run the name of the variable that the printed line assigns.</returns>
    /// <inheritdoc cref="RunAsync"/>
    public async Task<string> ReadAsync(string variable, ShellCommand command, CancellationToken cancellationToken)
    {
        Print($"{variable}=$({command})");
        return dryRun ? $"${variable}" : await SucceedAsync(command, showsOutput: false, cancellationToken);
    }

    /// <summary>Runs a command until its output is the expected one.</summary>
    /// <inheritdoc cref="WaitAsync(string, string, Func{CancellationToken, Task{string}}, CancellationToken)"/>
    public Task WaitAsync(string what, string advice, ShellCommand command, string expected, CancellationToken cancellationToken)
    {
        Print($"{command}");
        return WaitAsync(what, advice, async stop =>
        {
            BufferedCommandResult result = await ExecuteAsync(command, stop);
            bool succeeded = result.ExitCode == 0 && result.StandardOutput.Trim().Equals(expected, StringComparison.OrdinalIgnoreCase);
            return succeeded ? null : WithoutKeys(result.StandardError.Trim());
        }, cancellationToken);
    }

    /// <summary>Tries something until it succeeds: <c>PIPELINE_TRIES</c> times (60), <c>PIPELINE_PAUSE_SECONDS</c> (10) apart.</summary>
    /// <returns>Completes when it has succeeded, or at once in a dry run.</returns>
    /// <exception cref="CommandFailure">It never succeeded; the message says what to do.</exception>
    public async Task WaitAsync(
        string what, string advice, Func<CancellationToken, Task<string?>> attempt, CancellationToken cancellationToken)
    {
        int tries = Number("PIPELINE_TRIES", 60);
        int pause = Number("PIPELINE_PAUSE_SECONDS", 10);
        string? obstacle = null;
        await WithProgressAsync($"Waiting for {what}", async progress =>
        {
            for (int number = 1; !dryRun && (obstacle = await attempt(cancellationToken)) is not null && number < tries; number++)
            {
                progress.Report(new StageProgress(0, $"try {number} of {tries}"));
                await Task.Delay(TimeSpan.FromSeconds(pause), cancellationToken);
            }
        });
        Require(obstacle is null, $"{what} did not happen in {tries} tries, {pause} seconds apart. {obstacle}".TrimEnd(), advice);
    }

    /// <summary>Shows progress if the work takes longer than two seconds.</summary>
    public async Task WithProgressAsync(string title, Func<IProgress<StageProgress>, Task> work)
    {
        var progress = new LateProgress();
        Task running = work(progress);
        if (await Task.WhenAny(running, Task.Delay(Quiet)) != running)
        {
            await console.StageAsync($"   {title}", shown =>
            {
                progress.Target = shown;
                return running;
            });
        }

        await running;
    }

    private async Task<string> SucceedAsync(ShellCommand command, bool showsOutput, CancellationToken cancellationToken)
    {
        BufferedCommandResult? result = null;
        await WithProgressAsync(command.Title, async _ => result = await ExecuteAsync(command, cancellationToken));
        string said = WithoutKeys($"{(showsOutput ? result!.StandardOutput : "")}\n{result!.StandardError}");
        return result.ExitCode == 0 ? result.StandardOutput.Trim() : throw DeploymentFailure.Of(command, said);
    }

    private async Task<BufferedCommandResult> ExecuteAsync(ShellCommand command, CancellationToken cancellationToken)
    {
        string program = ProgramOnPath.Find(command.Words[0]) ?? throw DeploymentFailure.Missing(command.Words[0]);

        // An interrupt asks the program to end; after the timeout it is killed with everything that it started.
        using var end = new CancellationTokenSource();
        await using CancellationTokenRegistration asked = cancellationToken.Register(() => end.CancelAfter(ShutdownTimeout));
        return await CliWrap.Cli.Wrap(program)
            .WithArguments(command.Words.Skip(1))
            .WithWorkingDirectory(folder)
            // Build servers would outlive the command and keep its output open.
            .WithEnvironmentVariables(variables => variables.Set("MSBUILDDISABLENODEREUSE", "1").Set("UseSharedCompilation", "false"))
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(Console.OutputEncoding, Console.OutputEncoding, end.Token, cancellationToken);
    }

    private static int Number(string variable, int defaultValue) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int number) ? number : defaultValue;

    // Event Grid's messages repeat the webhook's address, which contains a key.
    private static string WithoutKeys(string text) => Key().Replace(text, "$1(hidden)");

    [GeneratedRegex("""([?&]code=)[^&"'\s]*""")]
    private static partial Regex Key();

    private sealed class LateProgress : IProgress<StageProgress>
    {
        public IProgress<StageProgress>? Target { get; set; }

        public void Report(StageProgress value) => Target?.Report(value);
    }
}
