using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.ModelBuilding.Own;

/// <summary>How the networks of a family take an image. A pixel p of 0-255 becomes (p * scale - mean) / standard deviation.</summary>
/// <param name="ChannelOrder">The order of the channels.</param>
/// <param name="Scale">Factor of a pixel, above 0.</param>
/// <param name="Mean">float[3], in the order of the channels, after the scale.</param>
/// <param name="Deviation">float[3], in the order of the channels, above 0.</param>
/// <param name="Resampling">How an image is resized.</param>
/// <param name="Fit">What becomes of one that is not square.</param>
/// <param name="ResizeRatio">With <see cref="Fit.Crop"/>, the shorter side before the crop as a multiple of the input size.</param>
internal sealed record ModelPreset(
    ChannelOrder ChannelOrder,
    double Scale,
    IReadOnlyList<double> Mean,
    IReadOnlyList<double> Deviation,
    Resampling Resampling,
    Fit Fit,
    double ResizeRatio = 1)
{
    private static readonly double[] ImageNetMean = [0.485, 0.456, 0.406];
    private static readonly double[] ImageNetDeviation = [0.229, 0.224, 0.225];

    /// <summary>By the name that the option <c>--preset</c> takes.</summary>
    public static IReadOnlyDictionary<string, ModelPreset> ByName { get; } = new Dictionary<string, ModelPreset>(StringComparer.Ordinal)
    {
        // keras.applications.imagenet_utils.preprocess_input, modes caffe and tf; resized as the models of the catalogue.
        ["keras-caffe"] = new(ChannelOrder.Bgr, 1, [103.939, 116.779, 123.68], [1, 1, 1], Resampling.Quality, Fit.Stretch),
        ["keras-tf"] = new(ChannelOrder.Rgb, 1 / 127.5, [1, 1, 1], [1, 1, 1], Resampling.Quality, Fit.Stretch),

        // torchvision.transforms._presets.ImageClassification: 256, then the middle 224.
        ["torchvision"] = new(
            ChannelOrder.Rgb, 1 / 255.0, ImageNetMean, ImageNetDeviation, Resampling.Bilinear, Fit.Crop, 256 / 224.0),

        // openai/CLIP, clip.py, _transform.
        ["clip"] = new(
            ChannelOrder.Rgb,
            1 / 255.0,
            [0.48145466, 0.4578275, 0.40821073],
            [0.26862954, 0.26130258, 0.27577711],
            Resampling.Bicubic,
            Fit.Crop),

        // facebookresearch/dinov2, data/transforms.py, make_classification_eval_transform.
        ["dinov2"] = new(
            ChannelOrder.Rgb, 1 / 255.0, ImageNetMean, ImageNetDeviation, Resampling.Bicubic, Fit.Crop, 256 / 224.0),
    };

    /// <summary>The means as a catalogue entry has them: on the scale of a pixel, before the factor.</summary>
    public IReadOnlyList<float> PixelMean => [.. Mean.Select(mean => (float)(mean / Scale))];

    /// <summary>The factors after the mean was subtracted, as a catalogue entry has them.</summary>
    public IReadOnlyList<float> PixelScale => [.. Deviation.Select(deviation => (float)(Scale / deviation))];
}
