using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Imaging;

/// <summary>The one door for image bytes: checks them against the limits, then decodes and resizes.</summary>
/// <param name="limits">What is let in.</param>
public sealed class ImageDecoder(ImageLimits limits)
{
    /// <summary>What is let in.</summary>
    public ImageLimits Limits { get; } = limits;

    /// <summary>Decodes and brings the picture to <paramref name="width"/> x <paramref name="height"/>, ignoring its aspect ratio.</summary>
    public bool TryDecode(
        ReadOnlyMemory<byte> encoded,
        int width,
        int height,
        Resampling resampling,
        [NotNullWhen(true)] out DecodedImage? image,
        [NotNullWhen(false)] out ImageRejection? rejection) => throw new NotImplementedException();
}
