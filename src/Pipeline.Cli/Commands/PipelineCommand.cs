using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Azure;
using Pipeline.Cli.Terminal;
using Pipeline.Models.Store;

namespace Pipeline.Cli.Commands;

/// <summary>
/// The command <c>pipeline</c>: parses the command line, runs the command, and turns errors into a message and an exit code.
/// </summary>
internal static class PipelineCommand
{
    private const string Name = "./pipeline";
    private const int Failed = 1;
    private const int WronglyUsed = 2;

    /// <summary>0 on success, 1 if the work failed, 2 if the arguments are wrong, 128 + n if signal n ended it.</summary>
    public static async Task<int> RunAsync(string[] args, CommandConsole console, Interruption interruption)
    {
        try
        {
            ParseResult parsed = Create(SourceTree.Find(), console).Parse(args.Length == 0 ? ["--help"] : args);
            // Unfinished words that a shell asks about are no errors.
            bool isSuggesting = args is [var first, ..] && first.StartsWith("[suggest", StringComparison.Ordinal);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction && !isSuggesting)
            {
                // An unknown word is often also reported as a missing command or option; the error about the word is clearer.
                ParseError? unknown = parsed.Errors.FirstOrDefault(
                    error => parsed.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)));
                console.Error(ShownText.OfLine((unknown ?? parsed.Errors[0]).Message));
                console.Error($"See {CallOf(parsed.CommandResult.Command)} --help");
                return WronglyUsed;
            }

            // This program handles signals itself: it first stops what it started, however long that takes.
            int exitCode = await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                interruption.Token);
            if (parsed is { Action: HelpAction, CommandResult.Command: DetailedCommand { Details: var details } })
            {
                console.Line(details);
            }

            return exitCode;
        }
        catch (Exception) when (interruption.Token.IsCancellationRequested)
        {
            // Whatever broke because of the interruption is no news to its user.
            return interruption.ExitCode;
        }
        catch (CommandFailure failure)
        {
            console.Error(failure.Message);
            return Failed;
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or InvalidDataException
                or HttpRequestException or RequestFailedException)
        {
            console.Error(FileError.Describe(exception));
            return Failed;
        }
    }

    internal static RootCommand Create(SourceTree tree, CommandConsole console)
    {
        var root = new RootCommand("Runs the image similarity pipeline on this machine: needs no cloud account, " +
            "installs nothing outside this folder. Also deploys it to Azure.")
        {
            DemoCommand.Create(tree, console),
            UpCommand.Create(tree, console),
            StatusCommand.Create(tree, console),
            UploadCommand.Create(tree, console),
            ImagesCommand.Create(tree, console),
            TagsCommand.Create(tree, console),
            LinksCommand.Create(tree, console),
            SimilarCommand.Create(tree, console),
            DuplicatesCommand.Create(tree, console),
            TestCommand.Create(tree, console),
            BenchCommand.Create(tree, console),
            ModelsCommand.Create(tree, console),
            PredictCommand.Create(tree, console),
            FeatureMapsCommand.Create(tree, console),
            CompareCommand.Create(tree, console),
            AugmentCommand.Create(console),
            StudyCommand.Create(tree, console),
            EvaluateCommand.Create(tree, console),
            BackfillCommand.Create(tree, console),
            DatabaseCommand.Create(tree, console),
            PoisonCommand.Create(console),
            DeployCommand.Create(tree, console),
            DestroyCommand.Create(tree, console),
            CompletionCommand.Create(console),
        };
        root.HelpName = Name;
        return root;
    }

    private static string CallOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{CallOf(parent)} {command.Name}" : Name;
}
