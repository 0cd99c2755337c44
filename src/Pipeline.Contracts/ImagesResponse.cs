using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>A page of <c>/api/images</c>.</summary>
/// <param name="Images">The stored images in the order of their names.</param>
/// <param name="Continue">What the query parameter <c>continue</c> takes for the next page; null on the last one.</param>
public sealed record ImagesResponse(IReadOnlyList<ListedImage> Images, string? Continue);

/// <summary>A stored image.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="LastModified">When this version of it was stored.</param>
/// <param name="Models">By the model's key, whether this version is indexed.</param>
/// <param name="Tags">Its tags, in ordinal order.</param>
/// <param name="Url">
/// Where its bytes are: signed, at the storage account, for a quarter of an hour; or the app's own, beginning with <c>/api/content/</c>.
/// </param>
/// <param name="ThumbnailUrl">Where a small JPEG of it is, beginning with <c>/api/thumbnails/</c>.</param>
public sealed record ListedImage(
    string Name,
    long Bytes,
    DateTimeOffset? LastModified,
    IReadOnlyDictionary<string, ImageState> Models,
    IReadOnlyList<string> Tags,
    string Url,
    string ThumbnailUrl);

/// <summary>The state of a stored image for one model.</summary>
/// <param name="State">Whether it is indexed.</param>
/// <param name="Reason">Why it failed; null if it did not.</param>
/// <param name="At">When it was indexed or failed; null if that is not known.</param>
public sealed record ImageState(IndexingState State, string? Reason, DateTimeOffset? At);

/// <summary>Whether an image is indexed by a model.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IndexingState>))]
public enum IndexingState
{
    /// <summary>It is not indexed yet.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Search finds it.</summary>
    [JsonStringEnumMemberName("indexed")]
    Indexed,

    /// <summary>Indexing failed and is not tried again.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}
