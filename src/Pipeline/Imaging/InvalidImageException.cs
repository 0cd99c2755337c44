namespace Pipeline.Imaging;

/// <summary>Bytes are not accepted as an image; the message is for people.</summary>
/// <param name="rejection">Why.</param>
public sealed class InvalidImageException(ImageRejection rejection) : Exception(rejection.Detail)
{
    /// <summary>Why the bytes are not accepted.</summary>
    public ImageRejection Rejection { get; } = rejection;
}
