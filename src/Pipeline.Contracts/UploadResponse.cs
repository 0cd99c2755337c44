namespace Pipeline.Contracts;

/// <summary>The response of <c>PUT /api/images/{name}</c>.</summary>
/// <param name="Name">The image's name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Width">Width of the upright image, in pixels.</param>
/// <param name="Height">Height of it.</param>
/// <param name="Tags">Its tags, in ordinal order.</param>
public sealed record UploadResponse(string Name, long Bytes, int Width, int Height, IReadOnlyList<string> Tags);
