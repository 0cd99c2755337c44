namespace Pipeline.Models;

/// <summary>Where a network's weights come from.</summary>
public enum WeightsOrigin
{
    /// <summary>Drawn from a seed; the network has learnt nothing and its judgement means nothing.</summary>
    Untrained,

    /// <summary>Keras' own ImageNet training.</summary>
    ImageNet,
}
