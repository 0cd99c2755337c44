namespace Pipeline.LocalHost;

/// <summary>The host cannot start or continue; the message is for the user who started it.</summary>
internal sealed class HostFailure(string message, Exception? cause = null) : Exception(message, cause);
