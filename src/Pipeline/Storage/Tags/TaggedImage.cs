namespace Pipeline.Storage.Tags;

/// <summary>A row of the table <c>Tags</c>.</summary>
/// <param name="Id">The image.</param>
/// <param name="Tags">Its tags, as <see cref="TagList"/> forms them.</param>
internal sealed record TaggedImage(ImageId Id, IReadOnlyList<string> Tags)
{
    /// <summary>
    /// The tags that the blob itself had when it was looked at last, in its metadata or as index tags: what changes there is done to
    /// <see cref="Tags"/>, and what was changed here stays.
    /// </summary>
    public IReadOnlyList<string> OfBlob { get; init; } = [];

    /// <summary>Whether there is nothing to store.</summary>
    public bool IsEmpty => Tags.Count == 0 && OfBlob.Count == 0;

    /// <summary>The same after the blob's own tags were looked at: what came there is added, what went there is removed.</summary>
    /// <param name="ofBlob">The blob's own tags now.</param>
    public TaggedImage Adopt(IReadOnlyList<string> ofBlob) => this with
    {
        // Where they are too many, those that were there stay.
        Tags =
        [
            .. Tags.Except(OfBlob.Except(ofBlob)).Union(ofBlob.Except(OfBlob)).Take(TagList.MaxCount).Order(StringComparer.Ordinal),
        ],
        OfBlob = ofBlob,
    };
}
