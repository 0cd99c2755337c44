using System.Text.Json.Serialization;
using Pipeline.Imaging;

namespace Pipeline.Cli.Augment;

/// <summary>How the images were made, as <c>augmentation.json</c> beside them: enough to make them again.</summary>
/// <param name="File">The original's name.</param>
/// <param name="Width">Its width in pixels; shifts are a part of it.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Ranges">The ranges of the transforms.</param>
/// <param name="Images">Each image, by index.</param>
internal sealed record AugmentationRecord(
    string File,
    int Width,
    int Height,
    int Seed,
    AugmentationRanges Ranges,
    [property: JsonPropertyName("pictures")] IReadOnlyList<AugmentedImage> Images);

/// <summary>A variant.</summary>
/// <param name="File">Its name.</param>
/// <param name="Transform">The transform of the original.</param>
internal sealed record AugmentedImage(string File, AugmentationTransform Transform);
