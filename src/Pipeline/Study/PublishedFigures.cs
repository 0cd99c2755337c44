namespace Pipeline.Study;

/// <summary>A figure of the published study.</summary>
/// <param name="Subject">The image or the pair by their names, such as <c>vase / vase2</c>.</param>
/// <param name="Model">The model's key.</param>
/// <param name="Output">The layer.</param>
/// <param name="Measure"><c>cosine</c>, or the class whose probability it is.</param>
/// <param name="Class">The number of that class in ImageNet's order; null for a cosine.</param>
/// <param name="Value">The figure as published.</param>
internal sealed record PublishedFigure(string Subject, string Model, string Output, string Measure, int? Class, double Value);

/// <summary>
/// What the published study found (lbrejon, "Compute similarity between images using CNN", 2021), with Keras' VGG16 and ResNet50, ImageNet
/// weights and nearest-neighbour resizing.
/// </summary>
internal static class PublishedFigures
{
    /// <summary>
    /// The largest difference from a published figure: Pillow's JPEG decoder and libvips' differ by one grey level in some pixels, nearest
    /// neighbour copies such a pixel, and TensorFlow sums in another order.
    /// </summary>
    public const double Tolerance = 0.01;

    /// <summary>The study's images A, B and C, by the names of its files without extension.</summary>
    public static IReadOnlyList<string> Images { get; } = ["vase", "vase2", "flowerpot"];

    /// <summary>The ten variants of the vase that the study drew; they cannot be drawn again, because its seed was not published.</summary>
    public static IReadOnlyList<string> Variants { get; } = [.. Enumerable.Range(0, 10).Select(i => $"vaseAI{i}")];

    /// <summary>All figures.</summary>
    public static IReadOnlyList<PublishedFigure> All { get; } =
    [
        Cosine("vase", "vgg16", "fc2", 1),
        Cosine("vase2", "vgg16", "fc2", 0.8257),
        Cosine("flowerpot", "vgg16", "fc2", 0.2952),
        .. Variants.Zip(
            (double[])[0.7403, 0.7856, 0.7013, 0.8052, 0.7953, 0.9652, 0.7454, 0.9709, 0.9098, 0.9360],
            (variant, cosine) => Cosine(variant, "vgg16", "fc2", cosine)),
        Probability("vase", 883, 0.98658574),
        Probability("goblet", 572, 0.0045557152),
        Probability("pitcher", 725, 0.001769956),
        Probability("perfume", 711, 0.0016308117),
        Probability("whiskey_jug", 901, 0.001238644),
        Cosine("vase", "resnet50", "predictions", 1),
        Cosine("vase2", "resnet50", "predictions", 1),
        Cosine("flowerpot", "resnet50", "predictions", 0.0775),
    ];

    private static PublishedFigure Cosine(string other, string model, string output, double value) =>
        new($"{Images[0]} / {other}", model, output, "cosine", null, value);

    private static PublishedFigure Probability(string label, int number, double value) =>
        new(Images[0], "vgg16", "predictions", $"probability of {label}", number, value);
}
