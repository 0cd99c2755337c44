namespace Pipeline.Storage.Tags;

/// <summary>A tag that is not allowed. The message says which, why, and what is allowed.</summary>
internal sealed class InvalidTagException(string message) : Exception(message);
