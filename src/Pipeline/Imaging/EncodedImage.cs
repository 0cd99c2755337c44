namespace Pipeline.Imaging;

/// <summary>An image's bytes before they are decoded, and what errors call it.</summary>
/// <param name="Bytes">A JPEG, PNG, WebP, GIF, BMP or TIFF; untrusted.</param>
/// <param name="Name">Its name or field, for <see cref="InvalidImageException.Image"/>; null where there is only one image.</param>
internal readonly record struct EncodedImage(ReadOnlyMemory<byte> Bytes, string? Name = null)
{
    /// <summary>An image without a name.</summary>
    public static implicit operator EncodedImage(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>An image without a name.</summary>
    public static implicit operator EncodedImage(byte[] bytes) => new(bytes);
}
