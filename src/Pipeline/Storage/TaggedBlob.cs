namespace Pipeline.Storage;

/// <summary>A blob that has metadata or index tags.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Tags">Its index tags.</param>
internal sealed record TaggedBlob(string Name, IDictionary<string, string> Metadata, IDictionary<string, string> Tags);
