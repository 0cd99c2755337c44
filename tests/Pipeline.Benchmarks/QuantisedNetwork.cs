using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Diagnostics;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.Models;
using Pipeline.ModelBuilding.Onnx;

namespace Pipeline.Benchmarks;

/// <summary>
/// A network whose convolutions run in int8 throughout, made from a float32 one: batch normalisation folded into the convolution before it,
/// kernels int8 by output channel, activations uint8 with ranges taken from images (static quantisation, after Jacob et al. 2018). Written
/// as pairs of QuantizeLinear and DequantizeLinear, which ONNX Runtime fuses. Only for measurements: docs/decisions explains why the
/// product does not use it.
/// </summary>
internal sealed class QuantisedNetwork
{
    private readonly ModelProto _model;
    private readonly GraphProto _graph;
    private readonly ModelDefinition _definition;
    private readonly Dictionary<string, TensorProto> _weights;

    private QuantisedNetwork(InstalledModel source)
    {
        _model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(source.Path));
        _graph = _model.Graph;
        _definition = source.Definition;
        _weights = _graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>Writes the quantised network; only its embedding is an output.</summary>
    public static void Write(InstalledModel source, IReadOnlyList<RgbImage> calibration, string path)
    {
        var network = new QuantisedNetwork(source);
        network.KeepEmbedding();
        network.FoldBatchNormalisation();
        string[] activations = network.Activations();
        network.Quantise(network.Calibrate(activations, calibration));
        using FileStream file = File.Create(path);
        network._model.WriteTo(file);
    }

    private void KeepEmbedding()
    {
        foreach (ValueInfoProto other in _graph.Output.Where(output => output.Name != _definition.EmbeddingOutput).ToArray())
        {
            _graph.Output.Remove(other);
        }

        // Removes nodes without consumers, from the end.
        var needed = new HashSet<string>([_definition.EmbeddingOutput], StringComparer.Ordinal);
        foreach (NodeProto node in _graph.Node.Reverse().ToArray())
        {
            if (needed.Contains(node.Output[0]))
            {
                needed.UnionWith(node.Input);
            }
            else
            {
                _graph.Node.Remove(node);
            }
        }

        foreach (TensorProto unused in _graph.Initializer.Where(tensor => !needed.Contains(tensor.Name)).ToArray())
        {
            _graph.Initializer.Remove(unused);
        }
    }

    private void FoldBatchNormalisation()
    {
        foreach (NodeProto normalisation in _graph.Node.Where(node => node.OpType == "BatchNormalization").ToArray())
        {
            NodeProto convolution = _graph.Node.Single(node => node.Output[0] == normalisation.Input[0]);
            float epsilon = normalisation.Attribute.Single(attribute => attribute.Name == "epsilon").F;
            float[][] parameters = [.. normalisation.Input.Skip(1).Select(name => Values(_weights[name]))];
            (float[] gamma, float[] beta, float[] mean, float[] variance) = (parameters[0], parameters[1], parameters[2], parameters[3]);
            float[] kernel = Values(_weights[convolution.Input[1]]);
            float[] bias = Values(_weights[convolution.Input[2]]);
            int perChannel = kernel.Length / bias.Length;
            for (int channel = 0; channel < bias.Length; channel++)
            {
                float factor = gamma[channel] / MathF.Sqrt(variance[channel] + epsilon);
                bias[channel] = ((bias[channel] - mean[channel]) * factor) + beta[channel];
                for (int i = 0; i < perChannel; i++)
                {
                    kernel[(channel * perChannel) + i] *= factor;
                }
            }

            Set(_weights[convolution.Input[1]], kernel);
            Set(_weights[convolution.Input[2]], bias);
            foreach (string name in normalisation.Input.Skip(1))
            {
                _graph.Initializer.Remove(_weights[name]);
            }

            _graph.Node.Remove(normalisation);
            convolution.Output[0] = normalisation.Output[0];
        }
    }

    // The input, and what convolutions, poolings and additions give: after the ReLU where one follows.
    private string[] Activations() =>
    [
        "input",
        .. from node in _graph.Node
           where node.OpType is "Conv" or "Add" or "MaxPool" or "Relu"
           let followers = _graph.Node.Where(other => other.Input.Contains(node.Output[0])).ToArray()
           where !followers.Any(other => other.OpType == "Relu") && followers.Any(other => other.OpType is "Conv" or "Add" or "MaxPool")
           select node.Output[0],
    ];

    private Dictionary<string, (float Min, float Max)> Calibrate(string[] activations, IReadOnlyList<RgbImage> images)
    {
        ModelProto probe = _model.Clone();
        probe.Graph.Output.Clear();
        probe.Graph.Output.Add(activations.Where(name => name != "input").Select(name => new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } },
        }));
        using var session = new InferenceSession(probe.ToByteArray());
        var ranges = new Dictionary<string, (float Min, float Max)>(StringComparer.Ordinal);
        foreach (RgbImage image in images)
        {
            float[] input = new float[3 * image.Width * image.Height];
            Preprocessing.WriteInput(image, _definition, input);
            Widen("input", input);
            using OrtValue value = OrtValue.CreateTensorValueFromMemory(input, [1, 3, image.Height, image.Width]);
            using var options = new RunOptions();
            string[] names = [.. session.OutputMetadata.Keys];
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, ["input"], [value], names);
            for (int i = 0; i < names.Length; i++)
            {
                Widen(names[i], results[i].GetTensorDataAsSpan<float>());
            }
        }

        return ranges;

        void Widen(string name, ReadOnlySpan<float> values)
        {
            (float min, float max) = ranges.GetValueOrDefault(name);
            foreach (float value in values)
            {
                min = Math.Min(min, value);
                max = Math.Max(max, value);
            }

            ranges[name] = (min, max);
        }
    }

    private void Quantise(Dictionary<string, (float Min, float Max)> ranges)
    {
        var scales = ranges.ToDictionary(range => range.Key, range => (range.Value.Max - range.Value.Min) / 255, StringComparer.Ordinal);
        var nodes = new List<NodeProto>();
        AddPair("input");
        foreach (NodeProto node in _graph.Node)
        {
            if (node.OpType == "Conv")
            {
                QuantiseConvolution(node);
            }

            for (int i = 0; i < node.Input.Count; i++)
            {
                if (ranges.ContainsKey(node.Input[i]))
                {
                    node.Input[i] += "/restored";
                }
            }

            nodes.Add(node);
            if (ranges.ContainsKey(node.Output[0]))
            {
                AddPair(node.Output[0]);
            }
        }

        _graph.Node.Clear();
        _graph.Node.Add(nodes);

        void AddPair(string name)
        {
            float scale = scales[name];
            byte zero = (byte)Math.Clamp(MathF.Round(-ranges[name].Min / scale), 0, 255);
            Add($"{name}/scale", TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes<float>([scale]));
            Add($"{name}/zero", TensorProto.Types.DataType.Uint8, [zero]);
            nodes.Add(Node("QuantizeLinear", $"{name}/quantised", [name, $"{name}/scale", $"{name}/zero"]));
            nodes.Add(Node("DequantizeLinear", $"{name}/restored", [$"{name}/quantised", $"{name}/scale", $"{name}/zero"]));
        }

        void QuantiseConvolution(NodeProto node)
        {
            TensorProto kernel = _weights[node.Input[1]];
            float[] values = Values(kernel);
            float[] bias = Values(_weights[node.Input[2]]);
            int perChannel = values.Length / bias.Length;
            float[] kernelScales = new float[bias.Length];
            float[] biasScales = new float[bias.Length];
            byte[] quantised = new byte[values.Length];
            int[] quantisedBias = new int[bias.Length];
            for (int channel = 0; channel < bias.Length; channel++)
            {
                Span<float> row = values.AsSpan(channel * perChannel, perChannel);
                float largest = 0;
                foreach (float value in row)
                {
                    largest = Math.Max(largest, Math.Abs(value));
                }

                kernelScales[channel] = largest / 127;
                biasScales[channel] = kernelScales[channel] * scales[node.Input[0]];
                quantisedBias[channel] = (int)MathF.Round(bias[channel] / biasScales[channel]);
                for (int i = 0; i < perChannel; i++)
                {
                    quantised[(channel * perChannel) + i] = (byte)(sbyte)MathF.Round(row[i] / kernelScales[channel]);
                }
            }

            Add($"{kernel.Name}/bytes", TensorProto.Types.DataType.Int8, quantised, [.. kernel.Dims]);
            Add($"{kernel.Name}/scales", TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes<float>(kernelScales), bias.Length);
            Add($"{kernel.Name}/zeros", TensorProto.Types.DataType.Int8, new byte[bias.Length], bias.Length);
            Add($"{node.Input[2]}/integers", TensorProto.Types.DataType.Int32, MemoryMarshal.AsBytes<int>(quantisedBias), bias.Length);
            Add($"{node.Input[2]}/scales", TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes<float>(biasScales), bias.Length);
            Add($"{node.Input[2]}/zeros", TensorProto.Types.DataType.Int32, new byte[bias.Length * sizeof(int)], bias.Length);
            nodes.Add(Node(
                "DequantizeLinear",
                $"{kernel.Name}/restored",
                [$"{kernel.Name}/bytes", $"{kernel.Name}/scales", $"{kernel.Name}/zeros"],
                axis: 0));
            nodes.Add(Node(
                "DequantizeLinear",
                $"{node.Input[2]}/restored",
                [$"{node.Input[2]}/integers", $"{node.Input[2]}/scales", $"{node.Input[2]}/zeros"],
                axis: 0));
            _graph.Initializer.Remove(kernel);
            _graph.Initializer.Remove(_weights[node.Input[2]]);
            node.Input[1] = $"{kernel.Name}/restored";
            node.Input[2] += "/restored";
        }
    }

    private void Add(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, params ReadOnlySpan<long> dimensions)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        foreach (long dimension in dimensions)
        {
            tensor.Dims.Add(dimension);
        }

        _graph.Initializer.Add(tensor);
    }

    private static NodeProto Node(string operation, string name, string[] inputs, int? axis = null)
    {
        var node = new NodeProto { Name = name, OpType = operation, Input = { inputs }, Output = { name } };
        if (axis is { } along)
        {
            node.Attribute.Add(new AttributeProto { Name = "axis", I = along, Type = AttributeProto.Types.AttributeType.Int });
        }

        return node;
    }

    private static float[] Values(TensorProto tensor) => MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();

    private static void Set(TensorProto tensor, float[] values) =>
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values));
}
