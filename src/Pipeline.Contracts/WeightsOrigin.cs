using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>Where a model's weights come from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WeightsOrigin>))]
public enum WeightsOrigin
{
    /// <summary>Drawn from a seed; the model is untrained and its results mean nothing.</summary>
    [JsonStringEnumMemberName("untrained")]
    Untrained,

    /// <summary>Trained on ImageNet by who published them: Keras (VGG16, ResNet50), ML.NET (ResNet-18).</summary>
    [JsonStringEnumMemberName("imagenet")]
    ImageNet,

    /// <summary>A file of the user's, added by <c>pipeline models add</c>; counted as trained.</summary>
    [JsonStringEnumMemberName("own")]
    Own,
}
