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

/// <summary>The order of the dimensions of a model's input.</summary>
public enum InputLayout
{
    /// <summary>Batch, channel, row, column: PyTorch, and all models of the catalogue.</summary>
    Nchw,

    /// <summary>Batch, row, column, channel: TensorFlow.</summary>
    Nhwc,
}

/// <summary>How the output that is the embedding becomes one vector.</summary>
public enum Pooling
{
    /// <summary>It is one: float[N, d], also with further dimensions of 1.</summary>
    None,

    /// <summary>The mean over positions: of float[N, C, H, W] over H and W, of float[N, tokens, d] over the tokens.</summary>
    Mean,

    /// <summary>The first token of float[N, tokens, d], as vision transformers with a class token mean it.</summary>
    Cls,
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

/// <summary>
/// A catalogue entry: everything about a model but its weights. Read from <c>models/models.json</c>, or from the manifest of an added model.
/// </summary>
/// <remarks>The manifest of an installed model has the entry that it was built from.</remarks>
public sealed record ModelDefinition
{
    /// <summary><see cref="Graph"/> of a user's own ONNX file.</summary>
    public const string Added = "onnx";

    /// <summary>Stable name in keys, responses and settings: <c>vgg16</c>, <c>resnet50</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Name for people: <c>VGG16</c>, <c>ResNet50</c>.</summary>
    public required string Title { get; init; }

    /// <summary>
    /// The network architecture that the builder constructs: <c>vgg16</c>, <c>resnet50</c>, <c>resnet18</c>; or <see cref="Added"/>.
    /// </summary>
    public required string Graph { get; init; }

    /// <summary>Name of the input: <c>input</c>.</summary>
    public string InputName { get; init; } = "input";

    /// <summary>The order of the input's dimensions.</summary>
    public InputLayout Layout { get; init; }

    /// <summary>Side of the square input in pixels: 224.</summary>
    public required int InputSize { get; init; }

    /// <summary>The order of the input's channels.</summary>
    public required ChannelOrder ChannelOrder { get; init; }

    /// <summary>
    /// Channel means, float[3] on the scale 0-255 in the order of <see cref="ChannelOrder"/>, subtracted from each pixel.
    /// </summary>
    public required IReadOnlyList<float> Mean { get; init; }

    /// <summary>
    /// Factor of each channel after the mean is subtracted, float[3] in the same order: 1 for Keras' caffe mode, 1 / (255 * standard
    /// deviation) for torchvision's.
    /// </summary>
    public required IReadOnlyList<float> Scale { get; init; }

    /// <summary>How an image is resized to the input size.</summary>
    public required Resampling Resampling { get; init; }

    /// <summary>What becomes of an image that is not square.</summary>
    public Fit Fit { get; init; }

    /// <summary>With <see cref="Fit.Crop"/>, the length of the shorter side before the crop; null for the input size.</summary>
    public int? ResizeTo { get; init; }

    /// <summary>The output that is the embedding: <c>fc2</c>, <c>avg_pool</c>.</summary>
    public required string EmbeddingOutput { get; init; }

    /// <summary>How that output becomes one vector.</summary>
    public Pooling Pooling { get; init; }

    /// <summary>Length of the embedding: 4096, 2048, 512.</summary>
    public required int EmbeddingLength { get; init; }

    /// <summary>Classes that the model predicts: ImageNet's 1000; 0 for a model that predicts none.</summary>
    public int Classes { get; init; }

    /// <summary>The number format of the weights in the model that search uses.</summary>
    public required Precision Precision { get; init; }

    /// <summary>The outputs that are feature maps, float[N, C, H, W], one for each block from the first; empty if there are none.</summary>
    public IReadOnlyList<string> Blocks { get; init; } = [];

    /// <summary>Keras' own ImageNet weights; null for a model that is not fetched from Keras.</summary>
    public WeightsFile? Weights { get; init; }

    /// <summary>The model without its dense layers; null where there is no such file.</summary>
    public NoTopVariant? NoTop { get; init; }

    /// <summary>The form in which search passes an image to it.</summary>
    internal InputForm InputForm => new(InputSize, Resampling, Fit, Fit == Fit.Crop ? ResizeTo : null);

    internal Precision PrecisionOf(bool withTop) => withTop ? Precision : Precision.Float32;

    internal ModelDefinition WithoutTop() => NoTop is null
        ? this
        : this with { EmbeddingOutput = NoTop.EmbeddingOutput, EmbeddingLength = NoTop.EmbeddingLength };
}
