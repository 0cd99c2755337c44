using System.Numerics.Tensors;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pipeline.Imaging;
using Pipeline.ModelBuilding.Onnx;
using Pipeline.Models;

namespace Pipeline.ModelBuilding.Int8;

/// <summary>The range of a tensor's values; zero is within, so that padding and ReLU are exact.</summary>
internal readonly record struct ValueRange(float Min, float Max)
{
    /// <summary>The step between two bytes; 1 where the tensor is zero throughout.</summary>
    public float Scale => Max > Min ? (Max - Min) / byte.MaxValue : 1;

    /// <summary>The byte that is zero.</summary>
    public byte Zero => (byte)Math.Clamp(MathF.Round(-Min / Scale), byte.MinValue, byte.MaxValue);
}

/// <summary>Runs a float32 graph on images to learn the ranges of its tensors.</summary>
internal static class Calibration
{
    /// <param name="model">The graph; it is not changed.</param>
    /// <param name="definition">How it takes an image.</param>
    /// <param name="tensors">Which ranges.</param>
    /// <param name="images">Images of the model's input size, one or more.</param>
    /// <param name="cancellationToken">Ends the work between two images.</param>
    /// <exception cref="InvalidDataException">A tensor has values that are not finite.</exception>
    public static IReadOnlyDictionary<string, ValueRange> Run(
        ModelProto model,
        ModelDefinition definition,
        ActivationTensors tensors,
        IReadOnlyList<RgbImage> images,
        CancellationToken cancellationToken)
    {
        var ranges = tensors.Names.ToDictionary(name => name, _ => default(ValueRange), StringComparer.Ordinal);
        string[] computed = [.. tensors.Names.Where(name => name != definition.InputName)];
        using InferenceSession session = Open(model, computed);
        int side = definition.InputSize;
        float[] input = new float[3 * side * side];
        foreach (RgbImage image in images)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Preprocessing.WriteInput(image, definition, input);
            Widen(definition.InputName, input);
            using OrtValue value = OrtValue.CreateTensorValueFromMemory(
                input, definition.Layout == InputLayout.Nchw ? [1, 3, side, side] : [1, side, side, 3]);
            using var options = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, [definition.InputName], [value], computed);
            foreach ((string name, OrtValue result) in computed.Zip(results))
            {
                Widen(name, result.GetTensorDataAsSpan<float>());
            }
        }

        foreach ((string name, string source) in tensors.SameRange)
        {
            ranges[name] = ranges[source];
        }

        return ranges;

        void Widen(string name, ReadOnlySpan<float> values)
        {
            if (!ranges.TryGetValue(name, out ValueRange range))
            {
                return;
            }

            var wider = new ValueRange(
                MathF.Min(range.Min, TensorPrimitives.Min(values)), MathF.Max(range.Max, TensorPrimitives.Max(values)));
            ranges[name] = float.IsFinite(wider.Max - wider.Min) ? wider : throw new InvalidDataException(
                $"The tensor '{name}' has values that are not finite, so its range is unknown: the model cannot be quantised.");
        }
    }

    private static InferenceSession Open(ModelProto model, string[] outputs)
    {
        ModelProto probe = model.Clone();
        probe.Graph.Output.Clear();
        probe.Graph.Output.Add(outputs.Select(name => new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } },
        }));
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        return new InferenceSession(probe.ToByteArray(), options);
    }
}
