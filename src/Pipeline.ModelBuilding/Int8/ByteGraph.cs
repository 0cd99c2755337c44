using System.Runtime.InteropServices;
using Pipeline.ModelBuilding.Onnx;

namespace Pipeline.ModelBuilding.Int8;

/// <summary>
/// Rewrites a graph: tensors as uint8, kernels of convolutions as int8 with a scale for each output channel (after Jacob et al., 2018).
/// Written as pairs of QuantizeLinear and DequantizeLinear, which ONNX Runtime fuses with the layers between them, so that these run on
/// bytes; the graph means the same without.
/// </summary>
/// <param name="graph">The graph, which is changed.</param>
/// <param name="ranges">By the name of a tensor that becomes bytes.</param>
internal sealed class ByteGraph(GraphProto graph, IReadOnlyDictionary<string, ValueRange> ranges)
{
    // The runtime's own forms of the two operators take a scale for each channel with any operator set; the standard's from 13 on.
    private const string Domain = OnnxWriter.RuntimeDomain;

    private const int Largest = 127;

    private readonly Dictionary<string, TensorProto> _weights =
        graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    private readonly HashSet<string> _outputs = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
    private readonly List<NodeProto> _nodes = [];

    /// <returns>How many convolutions have int8 kernels now.</returns>
    public int Rewrite()
    {
        int convolutions = 0;
        foreach (ValueInfoProto input in graph.Input.Where(input => ranges.ContainsKey(input.Name)))
        {
            AddPair(input.Name, input.Name);
        }

        foreach (NodeProto node in graph.Node)
        {
            if (ActivationTensors.IsConvolution(node, _weights))
            {
                QuantiseKernel(node);
                convolutions++;
            }

            for (int i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = ranges.ContainsKey(node.Input[i]) ? Restored(node.Input[i]) : node.Input[i];
            }

            _nodes.Add(node);
            for (int i = 0; i < node.Output.Count; i++)
            {
                if (ranges.ContainsKey(node.Output[i]))
                {
                    string name = node.Output[i];
                    node.Output[i] = $"{name}/exact";
                    AddPair(name, node.Output[i]);
                }
            }
        }

        graph.Node.Clear();
        graph.Node.Add(_nodes);
        return convolutions;
    }

    // An output of the graph keeps its name, and has the values that the next layer takes.
    private string Restored(string name) => _outputs.Contains(name) ? name : $"{name}/restored";

    private void AddPair(string name, string source)
    {
        ValueRange range = ranges[name];
        graph.Initializer.Add(TensorValues.Floats($"{name}/scale", [range.Scale]));
        graph.Initializer.Add(TensorValues.Of($"{name}/zero", TensorProto.Types.DataType.Uint8, [range.Zero]));
        AddNode("QuantizeLinear", $"{name}/bytes", [source, $"{name}/scale", $"{name}/zero"]);
        AddNode("DequantizeLinear", Restored(name), [$"{name}/bytes", $"{name}/scale", $"{name}/zero"]);
    }

    private void QuantiseKernel(NodeProto node)
    {
        TensorProto kernel = _weights[node.Input[1]];
        float[] values = TensorValues.Read(kernel);
        int channels = (int)kernel.Dims[0];
        float[] bias = ActivationTensors.HasBias(node.Input) ? TensorValues.Read(_weights[node.Input[2]]) : new float[channels];
        int perChannel = values.Length / channels;
        float inputScale = ranges[node.Input[0]].Scale;
        sbyte[] bytes = new sbyte[values.Length];
        float[] scales = new float[channels];
        float[] sumScales = new float[channels];
        int[] integers = new int[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<float> row = values.AsSpan(channel * perChannel, perChannel);
            scales[channel] = ScaleOf(row, bias[channel], inputScale);
            sumScales[channel] = scales[channel] * inputScale;
            integers[channel] = (int)MathF.Round(bias[channel] / sumScales[channel]);
            for (int i = 0; i < perChannel; i++)
            {
                bytes[(channel * perChannel) + i] = (sbyte)MathF.Round(row[i] / scales[channel]);
            }
        }

        string output = node.Output[0];
        AddRestored($"{output}/kernel8", TensorProto.Types.DataType.Int8, MemoryMarshal.AsBytes<sbyte>(bytes), scales, kernel.Dims);
        AddRestored($"{output}/bias32", TensorProto.Types.DataType.Int32, MemoryMarshal.AsBytes<int>(integers), sumScales, [channels]);
        string input = node.Input[0];
        node.Input.Clear();
        node.Input.Add([input, $"{output}/kernel8/restored", $"{output}/bias32/restored"]);
    }

    // The bias is a 32-bit number of steps of the sum: a channel of tiny weights and a large bias needs larger steps.
    private static float ScaleOf(ReadOnlySpan<float> row, float bias, float inputScale)
    {
        float largest = MathF.Abs(bias) / (inputScale * (1 << 30)) * Largest;
        foreach (float value in row)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        return largest > 0 ? largest / Largest : 1;
    }

    private void AddRestored(
        string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, float[] scales, IEnumerable<long> dimensions)
    {
        graph.Initializer.Add(TensorValues.Of(name, type, bytes, dimensions));
        graph.Initializer.Add(TensorValues.Floats($"{name}/scales", scales, scales.Length));
        int width = type == TensorProto.Types.DataType.Int32 ? sizeof(int) : sizeof(sbyte);
        graph.Initializer.Add(TensorValues.Of($"{name}/zeros", type, new byte[scales.Length * width], scales.Length));
        AddNode("DequantizeLinear", $"{name}/restored", [name, $"{name}/scales", $"{name}/zeros"], GraphBuilder.Int("axis", 0));
    }

    private void AddNode(string operation, string output, string[] inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto
        {
            // A tensor's name alone may be that of the layer that made it.
            Name = $"{output}/{operation}",
            OpType = operation,
            Domain = Domain,
            Input = { inputs },
            Output = { output },
        };
        node.Attribute.Add(attributes.ToArray());
        _nodes.Add(node);
    }
}
