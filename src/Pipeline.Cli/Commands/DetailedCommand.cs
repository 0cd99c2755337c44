using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary>A command whose <c>--help</c> ends with more than its options: in a list of commands its first sentence does.</summary>
internal sealed class DetailedCommand(string name, string description, string details) : Command(name, description)
{
    public string Details { get; } = details;
}
