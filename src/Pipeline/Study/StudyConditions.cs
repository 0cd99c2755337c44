using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Study;

/// <summary>What a study was made with: enough to repeat it.</summary>
/// <param name="Version">The product's version and revision.</param>
/// <param name="Models">The models, in the catalogue's order.</param>
/// <param name="Layers">The compared layers, in the order of the models.</param>
/// <param name="Resampling">How images are resized to the input size: nearest neighbour, as in the published study.</param>
/// <param name="MaxPixels">Larger images are reduced to about this many pixels before all other steps.</param>
/// <param name="Augmentations">How many variants of A were drawn.</param>
/// <param name="Seed">Which series of variants.</param>
/// <param name="Ranges">The ranges of their transforms.</param>
internal sealed record StudyConditions(
    string Version,
    IReadOnlyList<StudiedModel> Models,
    IReadOnlyList<StudyLayer> Layers,
    Resampling Resampling,
    int MaxPixels,
    int Augmentations,
    int Seed,
    AugmentationRanges Ranges)
{
    /// <summary>True if every model is trained on ImageNet; otherwise the figures mean nothing.</summary>
    public bool Trained => Models.All(model => model.Weights == WeightsOrigin.ImageNet);

    /// <summary>The title of a model.</summary>
    /// <param name="key">Such as <c>vgg16</c>.</param>
    public string TitleOf(string key) => Models.FirstOrDefault(model => model.Key == key)?.Title ?? key;

    /// <summary>The title of a layer, such as <c>VGG16 fc2</c>.</summary>
    public string TitleOf(StudyLayer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return $"{TitleOf(layer.Model)} {layer.Output}";
    }
}

/// <summary>A model of a study.</summary>
/// <param name="Key">Such as <c>vgg16</c>.</param>
/// <param name="Title">Such as <c>VGG16</c>.</param>
/// <param name="Weights">Where its weights come from.</param>
/// <param name="Precision">The number format of its weights: float32.</param>
/// <param name="Fingerprint">What its embeddings are made with.</param>
/// <param name="WithTop">Whether it has its dense layers, and so predicts.</param>
/// <param name="InputSize">Side of its input, in pixels.</param>
internal sealed record StudiedModel(
    string Key, string Title, WeightsOrigin Weights, Precision Precision, string Fingerprint, bool WithTop, int InputSize);
