using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>Where a model's weights come from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WeightsOrigin>))]
public enum WeightsOrigin
{
    /// <summary>Drawn from a seed; the model is untrained and its results mean nothing.</summary>
    [JsonStringEnumMemberName("untrained")]
    Untrained,

    /// <summary>Keras' own ImageNet training.</summary>
    [JsonStringEnumMemberName("imagenet")]
    ImageNet,
}
