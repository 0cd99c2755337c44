using Pipeline.Storage;

namespace Pipeline.Search.Segments;

/// <summary>An image in an index: an <see cref="EmbeddingRecord"/> without its vector, which is in memory or in a file.</summary>
/// <param name="Id">The image.</param>
/// <param name="ImageETag">The blob's ETag: which version of the image this is.</param>
/// <param name="ContentHash">SHA-256 of the encoded bytes, 64 hexadecimal digits.</param>
/// <param name="Width">Width of the upright original, in pixels.</param>
/// <param name="Height">Height of the upright original, in pixels.</param>
/// <param name="EmbeddedAt">When the embedding was made.</param>
/// <param name="Norm">L2 norm of the embedding before it was normalised.</param>
internal sealed record IndexedImage(
    ImageId Id, string ImageETag, string ContentHash, int Width, int Height, DateTimeOffset EmbeddedAt, float Norm)
{
    public static IndexedImage Of(EmbeddingRecord record) => new(
        record.Id, record.ImageETag, record.ContentHash, record.Width, record.Height, record.EmbeddedAt, record.Embedding.Norm);

    /// <summary>The record with its vector.</summary>
    /// <param name="vector">float[d], L2 norm 1.</param>
    public EmbeddingRecord With(ReadOnlyMemory<float> vector) =>
        new(Id, ImageETag, ContentHash, Width, Height, EmbeddedAt, new Models.Embedding(vector, Norm));
}
