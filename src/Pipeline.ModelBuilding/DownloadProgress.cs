namespace Pipeline.ModelBuilding;

/// <summary>The progress of a download.</summary>
/// <param name="Done">Bytes downloaded so far.</param>
/// <param name="Total">Bytes of the whole; null if unknown.</param>
internal readonly record struct DownloadProgress(long Done, long? Total);
