namespace Pipeline.ModelBuilding;

/// <summary>How far a download is.</summary>
/// <param name="Done">Bytes that are there.</param>
/// <param name="Total">Bytes of the whole; null where nobody has said.</param>
internal readonly record struct DownloadProgress(long Done, long? Total);
