using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>A catalogue entry: everything about a network but its weights. Read from <c>models/models.json</c>.</summary>
public sealed record ModelDefinition
{
    /// <summary>Stable name in keys, answers and settings: <c>vgg16</c>, <c>resnet50</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Name for people: <c>VGG16</c>, <c>ResNet50</c>.</summary>
    public required string Title { get; init; }

    /// <summary>Side of the square input in pixels: 224.</summary>
    public required int InputSize { get; init; }

    /// <summary>How a picture is brought to the input size.</summary>
    public required Resampling Resampling { get; init; }

    /// <summary>The output that is the embedding: <c>fc2</c>, <c>avg_pool</c>.</summary>
    public required string EmbeddingOutput { get; init; }

    /// <summary>Length of the embedding: 4096, 2048.</summary>
    public required int EmbeddingLength { get; init; }
}
