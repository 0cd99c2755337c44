using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>How an image is resized for a model.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Resampling>))]
public enum Resampling
{
    /// <summary>Antialiased reduction (decoder shrink-on-load, then a Lanczos kernel): the default for search.</summary>
    [JsonStringEnumMemberName("quality")]
    Quality,

    /// <summary>
    /// Nearest neighbour at floor((i + 0.5) * scale), as Keras' <c>load_img</c> with Pillow does: for the study's figures.
    /// </summary>
    [JsonStringEnumMemberName("keras")]
    Keras,

    /// <summary>Antialiased bilinear (a triangle as wide as the reduction), as Pillow and torchvision do.</summary>
    [JsonStringEnumMemberName("bilinear")]
    Bilinear,

    /// <summary>Antialiased bicubic (a = -0.5, as wide as the reduction), as Pillow and torchvision do.</summary>
    [JsonStringEnumMemberName("bicubic")]
    Bicubic,
}
