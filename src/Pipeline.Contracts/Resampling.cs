using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>How an image is resized to a model's input size. Both ignore the aspect ratio, as the study did.</summary>
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
}
