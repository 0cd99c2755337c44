using Pipeline.Drawing;
using Pipeline.Imaging;

namespace Pipeline.Study;

/// <summary>An image, a variant or a distortion in a study: the inputs for the models, and the thumbnail for the report.</summary>
/// <param name="inputs">The image at each input size, by its side in pixels.</param>
/// <param name="thumbnail">A small JPEG.</param>
internal sealed class StudySubject(IReadOnlyDictionary<int, RgbImage> inputs, byte[] thumbnail)
{
    private const int ThumbnailQuality = 82;

    public byte[] Thumbnail => thumbnail;

    /// <param name="image">The image at the size at which it is studied.</param>
    /// <param name="sizes">Sides of the models' inputs.</param>
    /// <param name="thumbnailSide">Largest side of the thumbnail, in pixels.</param>
    public static StudySubject Of(RgbImage image, IReadOnlyList<int> sizes, int thumbnailSide) => new(
        sizes.ToDictionary(size => size, size => ImageResizer.Resize(image, size, size, Resampling.Keras)),
        ImageEncoder.ToJpeg(Thumbnails.Fit(image, thumbnailSide, thumbnailSide), ThumbnailQuality));

    public RgbImage Input(int size) => inputs[size];
}
