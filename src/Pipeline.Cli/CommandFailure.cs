namespace Pipeline.Cli;

/// <summary>The command cannot go on for a reason that its user can act on; the message is all that is shown.</summary>
/// <param name="message">What is wrong, what is allowed, what to do.</param>
internal sealed class CommandFailure(string message) : Exception(message);
