using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary>A command with details that <c>--help</c> shows after its options.</summary>
internal sealed class DetailedCommand(string name, string description, string details) : Command(name, description)
{
    public string Details { get; } = details;
}
