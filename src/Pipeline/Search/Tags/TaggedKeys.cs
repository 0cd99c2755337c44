namespace Pipeline.Search.Tags;

/// <summary>The images that have all of some tags.</summary>
/// <param name="Tags">The tags, in ordinal order.</param>
/// <param name="Keys">The images.</param>
internal sealed record TaggedKeys(IReadOnlyList<string> Tags, KeySet Keys);
