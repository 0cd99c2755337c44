namespace Pipeline.LocalWorker.Blobs;

/// <summary>A version of a blob that a function has yet to be done with.</summary>
/// <param name="Name">The blob.</param>
/// <param name="ETag">The version, quoted.</param>
/// <param name="Tries">Tries so far.</param>
internal sealed record BlobEvent(string Name, string ETag, int Tries);
