namespace Pipeline.Imaging;

/// <summary>Bytes are not accepted as an image; the message is for people.</summary>
/// <param name="rejection">Why.</param>
/// <param name="image">Which image, where a request has several or names it: its name or field.</param>
internal sealed class InvalidImageException(ImageRejection rejection, string? image = null)
    : Exception(image is null ? rejection.Detail : $"'{image}': {rejection.Detail}")
{
    /// <summary>Why the bytes are not accepted.</summary>
    public ImageRejection Rejection { get; } = rejection;

    /// <summary>Which image; null where there is only one, and it has no name.</summary>
    public string? Image { get; } = image;
}
