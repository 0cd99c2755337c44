using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Pipeline.Models.Building.Onnx;

namespace Pipeline.Models.Building;

/// <summary>
/// Puts a network together layer by layer, with Keras' layer names for nodes and tensors. Data are NCHW; kernels come from the source as HWIO
/// and are turned to ONNX' OIHW. Every array is hashed as it is read: the hash names the weights.
/// </summary>
internal sealed class GraphBuilder(string name, IWeightSource weights, CancellationToken cancellationToken) : IDisposable
{
    private const float BatchNormalisationEpsilon = 1.001e-5f;

    private readonly GraphProto _graph = new() { Name = name };
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>float[N, channels, size, size].</summary>
    public string Input(string name, int channels, int size)
    {
        _graph.Input.Add(Tensor(name, channels, size, size));
        return name;
    }

    /// <summary>Makes a tensor one of the network's outputs; N comes first, then the dimensions.</summary>
    public void Output(string tensor, params ReadOnlySpan<int> dimensions) => _graph.Output.Add(Tensor(tensor, dimensions));

    /// <summary>A convolution with bias and zero padding; the node's own name differs from the layer's where an activation follows.</summary>
    public string Convolution(
        string node, string layer, string input, int channelsIn, int channelsOut, int kernel, int stride, int padding) => Node(
        "Conv",
        node,
        [input, Kernel(layer, kernel, channelsIn, channelsOut), Array(layer, "bias", channelsOut)],
        Ints("kernel_shape", kernel, kernel),
        Ints("strides", stride, stride),
        Ints("pads", padding, padding, padding, padding));

    public string BatchNormalisation(string layer, string input, int channels) => Node(
        "BatchNormalization",
        layer,
        [
            input,
            Array(layer, "gamma", channels),
            Array(layer, "beta", channels),
            Array(layer, "moving_mean", channels),
            Array(layer, "moving_variance", channels),
        ],
        Float("epsilon", BatchNormalisationEpsilon));

    public string MaxPool(string layer, string input, int kernel, int stride, int padding) => Node(
        "MaxPool",
        layer,
        [input],
        Ints("kernel_shape", kernel, kernel),
        Ints("strides", stride, stride),
        Ints("pads", padding, padding, padding, padding));

    /// <summary>A fully connected layer; float[N, unitsIn] to float[N, unitsOut].</summary>
    public string Dense(string node, string layer, string input, int unitsIn, int unitsOut) =>
        Node("Gemm", node, [input, Array(layer, "kernel", unitsIn, unitsOut), Array(layer, "bias", unitsOut)]);

    public string Relu(string layer, string input) => Node("Relu", layer, [input]);

    public string Softmax(string layer, string input) => Node("Softmax", layer, [input], Int("axis", 1));

    public string Add(string layer, string left, string right) => Node("Add", layer, [left, right]);

    /// <summary>Mean over height and width; float[N, C, H, W] to float[N, C].</summary>
    public string GlobalAveragePool(string layer, string input) =>
        Node("Flatten", layer, [Node("GlobalAveragePool", $"{layer}_mean", [input])], Int("axis", 1));

    /// <summary>Keras' order of a flattened map: height, width, channel.</summary>
    public string FlattenChannelsLast(string layer, string input) =>
        Node("Flatten", layer, [Node("Transpose", $"{layer}_channels_last", [input], Ints("perm", 0, 2, 3, 1))], Int("axis", 1));

    /// <summary>The graph, and the SHA-256 of all weights in the order they were read.</summary>
    public (GraphProto Graph, string WeightsHash) Build() => (_graph, Convert.ToHexStringLower(_hash.GetHashAndReset()));

    public void Dispose() => _hash.Dispose();

    private string Kernel(string layer, int size, int channelsIn, int channelsOut)
    {
        // HWIO to OIHW through a buffer of one layer; the largest has 2.4 million values.
        float[] hwio = new float[size * size * channelsIn * channelsOut];
        weights.Read(layer, "kernel", [size, size, channelsIn, channelsOut], hwio);
        byte[] bytes = new byte[hwio.Length * sizeof(float)];
        Span<float> oihw = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        int area = size * size;
        for (int position = 0, read = 0; position < area; position++)
        {
            for (int i = 0; i < channelsIn; i++)
            {
                for (int o = 0; o < channelsOut; o++)
                {
                    oihw[(((o * channelsIn) + i) * area) + position] = hwio[read++];
                }
            }
        }

        return Initializer($"{layer}/kernel", bytes, channelsOut, channelsIn, size, size);
    }

    private string Array(string layer, string weight, params ReadOnlySpan<int> shape)
    {
        int length = 1;
        foreach (int dimension in shape)
        {
            length *= dimension;
        }

        byte[] bytes = new byte[length * sizeof(float)];
        weights.Read(layer, weight, shape, MemoryMarshal.Cast<byte, float>(bytes.AsSpan()));
        return Initializer($"{layer}/{weight}", bytes, shape);
    }

    private string Initializer(string name, byte[] bytes, params ReadOnlySpan<int> dimensions)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _hash.AppendData(Encoding.UTF8.GetBytes($"{name}:{bytes.Length};"));
        _hash.AppendData(bytes);

        // Not copied: the array is ours and nobody writes to it any more, and one of them has 411 MB.
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        };
        foreach (int dimension in dimensions)
        {
            tensor.Dims.Add(dimension);
        }

        _graph.Initializer.Add(tensor);
        return name;
    }

    private string Node(string operation, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { Name = name, OpType = operation, Output = { name } };
        foreach (string input in inputs)
        {
            node.Input.Add(input);
        }

        foreach (AttributeProto attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        _graph.Node.Add(node);
        return name;
    }

    private static ValueInfoProto Tensor(string name, params ReadOnlySpan<int> dimensions)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        foreach (int dimension in dimensions)
        {
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dimension });
        }

        var type = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }

    private static AttributeProto Int(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    private static AttributeProto Float(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    private static AttributeProto Ints(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (long value in values)
        {
            attribute.Ints.Add(value);
        }

        return attribute;
    }
}
