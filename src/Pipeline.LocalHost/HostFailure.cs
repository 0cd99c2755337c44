namespace Pipeline.LocalHost;

/// <summary>Why the host cannot start or go on, in words for who started it.</summary>
internal sealed class HostFailure(string message, Exception? cause = null) : Exception(message, cause);
