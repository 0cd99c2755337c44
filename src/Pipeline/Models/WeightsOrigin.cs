namespace Pipeline.Models;

/// <summary>Where a network's weights come from.</summary>
public enum WeightsOrigin
{
    /// <summary>Drawn from a seed; the network has learnt nothing and its judgement means nothing.</summary>
    Untrained,

    /// <summary>Keras' own ImageNet training.</summary>
    ImageNet,
}

/// <summary>The origin as answers, manifests and health name it.</summary>
public static class WeightsOriginNames
{
    /// <summary><c>untrained</c> or <c>imagenet</c>.</summary>
    public static string ToJsonName(this WeightsOrigin origin) => origin switch
    {
        WeightsOrigin.Untrained => "untrained",
        WeightsOrigin.ImageNet => "imagenet",
        _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "Unknown origin."),
    };
}
