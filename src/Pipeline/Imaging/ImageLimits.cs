namespace Pipeline.Imaging;

/// <summary>What is checked before a single pixel is decoded.</summary>
public sealed record ImageLimits
{
    /// <summary>Largest encoded size in bytes: 20 MB (20 x 1024 x 1024).</summary>
    public int MaxBytes { get; init; } = 20 * 1024 * 1024;

    /// <summary>Largest width times height in pixels: 50 megapixels.</summary>
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>The error for an image with more than <see cref="MaxBytes"/>, wherever its length is known before it is read.</summary>
    /// <param name="length">Its encoded size in bytes.</param>
    internal ImageRejection TooManyBytes(long length) =>
        new(ImageFault.TooManyBytes, $"The image has {length:N0} bytes; at most {MaxBytes:N0} are allowed.");
}
