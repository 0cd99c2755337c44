namespace Pipeline.Client;

/// <summary>How an image is stored.</summary>
public sealed record UploadOptions
{
    /// <summary>The tags that it gets.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Whether an image of that name is replaced; otherwise the upload is refused with <c>image-exists</c>.</summary>
    public bool IsReplacing { get; init; } = true;

    /// <summary>What the bytes are, such as <c>image/jpeg</c>; <c>application/octet-stream</c> if not set.</summary>
    public string? ContentType { get; init; }
}
