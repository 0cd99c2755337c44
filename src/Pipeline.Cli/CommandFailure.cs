namespace Pipeline.Cli;

/// <summary>The command cannot continue for a reason that its user can act on; only the message is shown.</summary>
/// <param name="message">What is wrong, what is allowed, what to do.</param>
internal sealed class CommandFailure(string message) : Exception(message);
