using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary>Options of several commands about stored images.</summary>
internal static class FilterOptions
{
    public static Option<string> Prefix(string description = "Only images whose names begin with this.") =>
        new("--prefix") { Description = description, HelpName = "PREFIX" };

    public static Option<string[]> Tags(string description = "Only images that have this tag; with several, all of them.") =>
        new("--tag") { Description = description, HelpName = "TAG" };

    public static Option<string> Model(string description) => new("--model") { Description = description, HelpName = "KEY" };

    public static Option<bool> Json() => new("--json")
    {
        Description = "Write the app's JSON to standard output, and messages to standard error. Default: a table.",
    };
}
