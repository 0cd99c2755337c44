namespace Pipeline.Contracts;

/// <summary>An image that a request is about.</summary>
/// <param name="Name">Its name among the stored images; null for an uploaded one.</param>
/// <param name="Width">Width of the upright original, in pixels.</param>
/// <param name="Height">Height of the upright original, in pixels.</param>
/// <param name="ContentHash">SHA-256 of the encoded bytes, 64 hexadecimal digits.</param>
public sealed record ImageInfo(string? Name, int Width, int Height, string ContentHash);
