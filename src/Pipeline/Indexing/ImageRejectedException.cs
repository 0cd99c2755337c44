using Pipeline.Imaging;
using Pipeline.Storage;

namespace Pipeline.Indexing;

/// <summary>
/// A stored blob is not accepted as an image. Thrown out of the blob function on purpose: the host counts the attempts and then puts the
/// blob into the poison queue.
/// </summary>
/// <param name="id">The blob.</param>
/// <param name="rejection">Why it was refused.</param>
internal sealed class ImageRejectedException(ImageId id, ImageRejection rejection)
    : Exception($"'{id.Container}/{id.Name}' cannot be embedded: {rejection.Detail}")
{
    /// <summary>Why it was refused.</summary>
    public ImageRejection Rejection { get; } = rejection;
}
