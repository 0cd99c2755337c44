using Pipeline.Models;

namespace Pipeline.Storage;

/// <summary>What one model made of one version of one image.</summary>
/// <param name="Id">The image.</param>
/// <param name="ImageETag">The blob's ETag: which version of the image this is.</param>
/// <param name="ContentHash">SHA-256 of the encoded bytes, 64 hexadecimal digits; equal for byte-identical images.</param>
/// <param name="Width">Width of the upright original, in pixels.</param>
/// <param name="Height">Height of the upright original, in pixels.</param>
/// <param name="EmbeddedAt">When the embedding was made.</param>
/// <param name="Embedding">The embedding, L2 norm 1.</param>
internal sealed record EmbeddingRecord(
    ImageId Id, string ImageETag, string ContentHash, int Width, int Height, DateTimeOffset EmbeddedAt, Embedding Embedding);
