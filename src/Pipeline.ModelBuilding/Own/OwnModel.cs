using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.ModelBuilding.Own;

/// <summary>What a user says of a model; what is null is proposed from the graph.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Preset">How it takes an image.</param>
internal sealed record OwnModelOptions(string Key, string Title, ModelPreset Preset)
{
    /// <summary>Side of the input, in pixels.</summary>
    public int? Size { get; init; }

    /// <summary>The order of the input's dimensions.</summary>
    public InputLayout? Layout { get; init; }

    /// <summary>Length of the shorter side before the crop, in pixels.</summary>
    public int? ResizeTo { get; init; }

    /// <summary>The output, or a tensor within, that is the embedding.</summary>
    public string? Output { get; init; }

    /// <summary>How that becomes one vector.</summary>
    public Pooling? Pooling { get; init; }
}

/// <summary>Reads from a user's model what its catalogue entry needs.</summary>
internal static class OwnModel
{
    /// <summary>The longest embedding that is accepted: 32 kB in a table row of at most 64 kB a property.</summary>
    public const int MaxLength = 8192;

    /// <summary>
    /// Settles an entry from the graph and from what the user says. The length of the embedding is not known before a run: 1.
    /// </summary>
    /// <param name="path">An ONNX file.</param>
    /// <param name="options">What the user says.</param>
    /// <exception cref="InvalidDataException">The graph has no such input or output, or leaves something open; the message says what to
    /// do.</exception>
    public static ModelDefinition Describe(string path, OwnModelOptions options)
    {
        using InferenceSession session = Load(path, options.Key);
        (string input, NodeMetadata metadata) = session.InputMetadata.Count == 1
            ? session.InputMetadata.Single()
            : throw new InvalidDataException(
                $"The model takes {session.InputMetadata.Count} inputs ({string.Join(", ", session.InputMetadata.Keys)}); it must take " +
                "one image. Export the part that takes the image.");
        string shape = $"[{string.Join(", ", metadata.Dimensions.Select(size => size < 0 ? "?" : $"{size}"))}]";
        if (metadata.ElementDataType != TensorElementType.Float || metadata.Dimensions.Length != 4)
        {
            throw new InvalidDataException(
                $"The input '{input}' is {metadata.ElementDataType.ToString().ToLowerInvariant()}{shape}; it must be float32 with four " +
                "dimensions: [N, 3, H, W] or [N, H, W, 3].");
        }

        if (metadata.Dimensions[0] > 1)
        {
            throw new InvalidDataException(
                $"The input '{input}' {shape} takes {metadata.Dimensions[0]} images at a time; it must take one, or any number.");
        }

        InputLayout layout = LayoutOf(metadata.Dimensions, options.Layout, $"'{input}' {shape}");
        int[] sides = layout == InputLayout.Nchw ? metadata.Dimensions[2..4] : metadata.Dimensions[1..3];
        int size = SizeOf(sides, options.Size, $"'{input}' {shape}");
        (string output, Pooling pooling) = OutputOf(session, options);
        return new ModelDefinition
        {
            Key = options.Key,
            Title = options.Title,
            Graph = ModelDefinition.Added,
            InputName = input,
            Layout = layout,
            InputSize = size,
            ChannelOrder = options.Preset.ChannelOrder,
            Mean = options.Preset.PixelMean,
            Scale = options.Preset.PixelScale,
            Resampling = options.Preset.Resampling,
            Fit = options.Preset.Fit,
            ResizeTo = options.Preset.Fit == Fit.Crop ? options.ResizeTo ?? (int)Math.Round(size * options.Preset.ResizeRatio) : null,
            EmbeddingOutput = output,
            Pooling = pooling,
            EmbeddingLength = 1,
            Precision = Precision.Float32,
        };
    }

    private static InferenceSession Load(string path, string key)
    {
        try
        {
            using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            return new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidDataException(
                $"ONNX Runtime cannot run '{key}': " +
                $"{exception.Message.Split('\n')[0].Replace(path, "the file", StringComparison.Ordinal)} " +
                "Export the model anew, with operators and an operator set that ONNX Runtime has (opset 17, for example).",
                exception);
        }
    }

    private static InputLayout LayoutOf(int[] shape, InputLayout? given, string input)
    {
        bool first = shape[1] is 3 or < 0;
        bool last = shape[3] is 3 or < 0;
        return given switch
        {
            InputLayout.Nchw when first => InputLayout.Nchw,
            InputLayout.Nhwc when last => InputLayout.Nhwc,
            null when first && shape[3] != 3 => InputLayout.Nchw,
            null when last && shape[1] != 3 => InputLayout.Nhwc,
            null when first && last => throw new InvalidDataException(
                $"The input {input} may have its three channels first or last: pass --layout nchw or --layout nhwc."),
            _ => throw new InvalidDataException(
                $"The input {input} has no three channels {(given is null ? "" : "there ")}; [N, 3, H, W] or [N, H, W, 3] are accepted."),
        };
    }

    private static int SizeOf(int[] sides, int? given, string input)
    {
        int[] settled = [.. sides.Where(side => side > 0).Distinct()];
        return settled switch
        {
            [] => given ?? throw new InvalidDataException($"The input {input} takes any size: pass --size, such as --size 224."),
            [int side] when given is null || given == side => side,
            [int side] => throw new InvalidDataException($"The input {input} takes {side} x {side} pixels, not the {given} of --size."),
            _ => throw new InvalidDataException($"The input {input} takes no squares. Export the model for square images."),
        };
    }

    private static (string Output, Pooling Pooling) OutputOf(InferenceSession session, OwnModelOptions options)
    {
        string output = options.Output
            ?? (session.OutputMetadata.Count == 1 ? session.OutputMetadata.Keys.Single() : throw new InvalidDataException(
                $"The model has the outputs {string.Join(", ", session.OutputMetadata.Select(Describe))}: say which is the embedding " +
                "with --output."));
        NodeMetadata metadata = session.OutputMetadata[output];
        return metadata.ElementDataType != TensorElementType.Float
            ? throw new InvalidDataException(
                $"The output '{output}' is {metadata.ElementDataType.ToString().ToLowerInvariant()}; an embedding is float32.")
            : (output, options.Pooling ?? metadata.Dimensions.Length switch
            {
                2 => Pooling.None,
                4 when metadata.Dimensions[2..].All(size => size == 1) => Pooling.None,
                4 => Pooling.Mean,
                3 => throw new InvalidDataException(
                    $"The output '{output}' has a vector for each token: pass --pooling cls for the first, or mean."),
                // A tensor within the graph has no shape yet; a run settles whether it is a vector.
                0 => Pooling.None,
                _ => throw new InvalidDataException(
                    $"The output {Describe(new(output, metadata))} is no vector, map or sequence: 2, 3 or 4 dimensions are accepted."),
            });
    }

    private static string Describe(KeyValuePair<string, NodeMetadata> output) =>
        $"'{output.Key}' [{string.Join(", ", output.Value.Dimensions.Select(size => size < 0 ? "?" : $"{size}"))}]";
}
