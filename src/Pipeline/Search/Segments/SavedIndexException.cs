namespace Pipeline.Search.Segments;

/// <summary>A saved index is not, or is no longer, what it should be: read the table instead.</summary>
internal sealed class SavedIndexException(string message, Exception? cause = null) : Exception(message, cause);
