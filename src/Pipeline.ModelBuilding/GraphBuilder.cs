using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Models;
using Pipeline.ModelBuilding.Onnx;

namespace Pipeline.ModelBuilding;

/// <summary>
/// Builds the graph of a network layer by layer, with Keras' layer names for nodes and tensors. Data are NCHW; kernels come from the source
/// as HWIO and are transposed to ONNX' OIHW. No weight is read before <see cref="Write"/>, which takes them one by one; every array is
/// hashed as it is read: the hash names the weights, whatever the precision that they are written in.
/// </summary>
/// <param name="name">The network's name.</param>
/// <param name="weights">Its weights.</param>
/// <param name="precision">What the dense layers' kernels are written in.</param>
internal sealed class GraphBuilder(string name, IWeightSource weights, Precision precision) : IDisposable
{
    private const float BatchNormalisationEpsilon = 1.001e-5f;

    private readonly GraphProto _graph = new() { Name = name };
    private readonly List<Initializer> _initializers = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>float[N, channels, size, size].</summary>
    public string Input(string name, int channels, int size)
    {
        _graph.Input.Add(Tensor(name, channels, size, size));
        return name;
    }

    /// <summary>Makes a tensor one of the network's outputs; N comes first, then the dimensions.</summary>
    public void Output(string tensor, params ReadOnlySpan<int> dimensions) => _graph.Output.Add(Tensor(tensor, dimensions));

    /// <summary>
    /// A convolution with bias and zero padding; the node's own name differs from the layer's where an activation follows.
    /// </summary>
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
    public string Dense(string node, string layer, string input, int unitsIn, int unitsOut) => precision switch
    {
        Precision.Float32 =>
            Node("Gemm", node, [input, Array(layer, "kernel", unitsIn, unitsOut), Array(layer, "bias", unitsOut)]),
        Precision.Int8Dense =>
            Node("Add", node, [ByteProduct($"{node}/product", layer, input, unitsIn, unitsOut), Array(layer, "bias", unitsOut)]),
        _ => throw new InvalidOperationException($"Unknown precision {precision}."),
    };

    public string Relu(string layer, string input) => Node("Relu", layer, [input]);

    public string Softmax(string layer, string input) => Node("Softmax", layer, [input], Int("axis", 1));

    public string Add(string layer, string left, string right) => Node("Add", layer, [left, right]);

    /// <summary>Mean over height and width; float[N, C, H, W] to float[N, C].</summary>
    public string GlobalAveragePool(string layer, string input) =>
        Node("Flatten", layer, [Node("GlobalAveragePool", $"{layer}_mean", [input])], Int("axis", 1));

    /// <summary>Keras' order of a flattened map: height, width, channel.</summary>
    public string FlattenChannelsLast(string layer, string input) =>
        Node("Flatten", layer, [Node("Transpose", $"{layer}_channels_last", [input], Ints("perm", 0, 2, 3, 1))], Int("axis", 1));

    /// <summary>Reads the weights and writes the network as an ONNX model.</summary>
    /// <param name="output">The stream to write to.</param>
    /// <param name="metadata">What to write into the model, given the SHA-256 of all weights in the order they were read.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public void Write(Stream output, Func<string, IReadOnlyDictionary<string, string>> metadata, CancellationToken cancellationToken) =>
        OnnxWriter.Write(
            output, _graph, _initializers, () => metadata(Convert.ToHexStringLower(_hash.GetHashAndReset())), cancellationToken);

    public void Dispose() => _hash.Dispose();

    private string Kernel(string layer, int size, int channelsIn, int channelsOut) =>
        Initializer($"{layer}/kernel", TensorProto.Types.DataType.Float, [channelsOut, channelsIn, size, size], bytes =>
        {
            // HWIO to OIHW through a buffer of one layer; the largest has 2.4 million values.
            float[] hwio = Read(layer, "kernel", size, size, channelsIn, channelsOut);
            Span<float> oihw = MemoryMarshal.Cast<byte, float>(bytes);
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
        });

    private string Array(string layer, string weight, params int[] shape) => Initializer(
        $"{layer}/{weight}",
        TensorProto.Types.DataType.Float,
        shape,
        bytes => Read(layer, weight, shape, MemoryMarshal.Cast<byte, float>(bytes)));

    /// <summary>
    /// The product with a kernel of bytes, without the bias: ONNX Runtime's MatMulNBits, whose weights stay bytes in memory. Level 4 takes
    /// the input as bytes too, by the row and block, so an image's result does not depend on the others of its batch.
    /// </summary>
    private string ByteProduct(string node, string layer, string input, int unitsIn, int unitsOut)
    {
        float[] scales = [];
        int blocks = BlockQuantisation.BlocksOf(unitsIn);
        string kernel = Initializer(
            $"{layer}/kernel/bytes",
            TensorProto.Types.DataType.Uint8,
            [unitsOut, blocks, BlockQuantisation.BlockSize],
            bytes => scales = BlockQuantisation.Quantise(Read(layer, "kernel", unitsIn, unitsOut), unitsIn, unitsOut, bytes));
        string scale = Initializer(
            $"{layer}/kernel/scales",
            TensorProto.Types.DataType.Float,
            [unitsOut * blocks],
            bytes => scales.CopyTo(MemoryMarshal.Cast<byte, float>(bytes)));
        _graph.Node.Add(ByteProduct(node, [input, kernel, scale], unitsIn, unitsOut));
        return node;
    }

    /// <param name="name">The node's name and its output's.</param>
    /// <param name="inputs">Input, bytes and scales of the kernel, as <see cref="BlockQuantisation"/> has them.</param>
    /// <param name="unitsIn">Inputs of the layer.</param>
    /// <param name="unitsOut">Outputs of the layer.</param>
    internal static NodeProto ByteProduct(string name, ReadOnlySpan<string> inputs, int unitsIn, int unitsOut) => new()
    {
        Name = name,
        OpType = "MatMulNBits",
        Domain = OnnxWriter.RuntimeDomain,
        Input = { inputs.ToArray() },
        Output = { name },
        Attribute =
        {
            Int("K", unitsIn),
            Int("N", unitsOut),
            Int("bits", 8),
            Int("block_size", BlockQuantisation.BlockSize),
            Int("accuracy_level", 4),
        },
    };

    private float[] Read(string layer, string weight, params int[] shape)
    {
        float[] values = GC.AllocateUninitializedArray<float>(shape.Aggregate(1, (product, size) => product * size));
        Read(layer, weight, shape, values);
        return values;
    }

    private void Read(string layer, string weight, int[] shape, Span<float> destination)
    {
        weights.Read(layer, weight, shape, destination);
        _hash.AppendData(Encoding.UTF8.GetBytes($"{layer}/{weight}:{string.Join('x', shape)};"));
        _hash.AppendData(MemoryMarshal.AsBytes(destination));
    }

    private string Initializer(string name, TensorProto.Types.DataType type, int[] dimensions, FillBytes fill)
    {
        _initializers.Add(new Initializer(name, type, dimensions, fill));
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

    internal static ValueInfoProto Tensor(string name, params ReadOnlySpan<int> dimensions)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        foreach (int dimension in dimensions)
        {
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dimension });
        }

        var type = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }

    internal static AttributeProto Int(string name, long value) =>
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
