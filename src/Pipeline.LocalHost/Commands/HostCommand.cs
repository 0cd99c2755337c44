using System.CommandLine;
using System.CommandLine.Help;
using Azure;

namespace Pipeline.LocalHost.Commands;

/// <summary>Parses the command line, runs the command, and turns errors into a message and an exit code.</summary>
internal static class HostCommand
{
    private const string Name = "Pipeline.LocalHost";
    private const int Failed = 1;
    private const int WronglyUsed = 2;

    /// <summary>0 on success, 1 if the work failed, 2 if the arguments are wrong, 128 + n if signal n ended it.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, Signals signals)
    {
        try
        {
            ParseResult parsed = Create(output).Parse(args.Length == 0 ? ["--help"] : args);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
            {
                // An unknown word is also reported as a missing command; the error about the word is clearer.
                await error.WriteLineAsync((parsed.UnmatchedTokens.Count > 0 ? parsed.Errors[^1] : parsed.Errors[0]).Message);
                await error.WriteLineAsync($"See {Name} --help");
                return WronglyUsed;
            }

            // This program handles signals itself: what runs is finished first, however long that takes.
            var invocation = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = output,
                Error = error,
            };
            int code = await parsed.InvokeAsync(invocation, signals.Token);
            return signals.Token.IsCancellationRequested ? signals.ExitCode : code;
        }
        catch (Exception) when (signals.Token.IsCancellationRequested)
        {
            return signals.ExitCode;
        }
        catch (Exception exception) when (
            exception is HostFailure or IOException or UnauthorizedAccessException or InvalidDataException or RequestFailedException)
        {
            await error.WriteLineAsync(exception.Message);
            return Failed;
        }
    }

    internal static RootCommand Create(TextWriter output)
    {
        var root = new RootCommand(
            "A Functions host for a laptop, tests and self-hosting: runs a .NET isolated function app, built or published.")
        {
            RunCommand.Create(output),
            EventsCommand.Create(),
        };
        root.HelpName = Name;
        return root;
    }
}
