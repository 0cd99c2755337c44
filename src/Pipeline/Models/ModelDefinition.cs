using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>The order of the colour channels in a model's input.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red: Caffe's order, which Keras' VGG16 and ResNet50 were trained in.</summary>
    Bgr,
}

/// <summary>A published file of weights.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Md5">Its MD5, 32 hexadecimal digits, as the publisher states it.</param>
public sealed record WeightsFile(Uri Address, long Bytes, string Md5);

/// <summary>A model without its dense layers, whose weights are a smaller file.</summary>
/// <param name="EmbeddingOutput">
/// The output that is the embedding: <c>block5_pool</c>, averaged over height and width, or <c>avg_pool</c>.
/// </param>
/// <param name="EmbeddingLength">Its length: 512, 2048.</param>
/// <param name="Weights">Keras' file without the dense layers.</param>
public sealed record NoTopVariant(string EmbeddingOutput, int EmbeddingLength, WeightsFile Weights);

/// <summary>A catalogue entry: everything about a model but its weights. Read from <c>models/models.json</c>.</summary>
public sealed record ModelDefinition
{
    /// <summary>Stable name in keys, responses and settings: <c>vgg16</c>, <c>resnet50</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Name for people: <c>VGG16</c>, <c>ResNet50</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The network architecture that the builder constructs: <c>vgg16</c>, <c>resnet50</c>.</summary>
    public required string Graph { get; init; }

    /// <summary>Side of the square input in pixels: 224.</summary>
    public required int InputSize { get; init; }

    /// <summary>The order of the input's channels.</summary>
    public required ChannelOrder ChannelOrder { get; init; }

    /// <summary>
    /// Channel means, float[3] on the scale 0-255 in the order of <see cref="ChannelOrder"/>, subtracted from each pixel.
    /// </summary>
    public required IReadOnlyList<float> Mean { get; init; }

    /// <summary>Factor after the mean is subtracted: 1 for Keras' caffe mode.</summary>
    public required float Scale { get; init; }

    /// <summary>How an image is resized to the input size.</summary>
    public required Resampling Resampling { get; init; }

    /// <summary>The output that is the embedding: <c>fc2</c>, <c>avg_pool</c>.</summary>
    public required string EmbeddingOutput { get; init; }

    /// <summary>Length of the embedding: 4096, 2048.</summary>
    public required int EmbeddingLength { get; init; }

    /// <summary>Classes that the model predicts: ImageNet's 1000.</summary>
    public required int Classes { get; init; }

    /// <summary>The number format of the dense kernels in the model that search uses.</summary>
    public required Precision Precision { get; init; }

    /// <summary>The outputs that are feature maps, float[N, C, H, W], one for each block from the first.</summary>
    public required IReadOnlyList<string> Blocks { get; init; }

    /// <summary>Keras' own ImageNet weights.</summary>
    public required WeightsFile Weights { get; init; }

    /// <summary>The model without its dense layers.</summary>
    public required NoTopVariant NoTop { get; init; }

    /// <summary>The form in which search passes an image to it.</summary>
    internal InputForm InputForm => new(InputSize, Resampling);

    internal Precision PrecisionOf(bool withTop) => withTop ? Precision : Precision.Float32;

    internal ModelDefinition WithoutTop() => this with { EmbeddingOutput = NoTop.EmbeddingOutput, EmbeddingLength = NoTop.EmbeddingLength };
}
