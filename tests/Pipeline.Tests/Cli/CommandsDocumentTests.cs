using System.CommandLine;
using Pipeline.Cli;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Terminal;
using Spectre.Console;

namespace Pipeline.Tests.Cli;

public class CommandsDocumentTests
{
    [Fact]
    public void Every_command_is_in_the_table_of_commands()
    {
        RootCommand root = PipelineCommand.Create(
            new SourceTree(Repository.Root), new CommandConsole(AnsiConsole.Console, TextWriter.Null, live: false));
        string table = File.ReadAllText(Repository.Path("docs", "commands.md")).Split("## Exit codes")[0];

        Assert.All(Calls(root, ""), call => Assert.Contains($"`{call}", table, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Calls(Command command, string before) => command.Subcommands.SelectMany(
        inner => inner.Subcommands.Count == 0 ? [$"{before}{inner.Name}"] : Calls(inner, $"{before}{inner.Name} "));
}
