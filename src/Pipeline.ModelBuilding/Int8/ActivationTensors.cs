using Google.Protobuf.Collections;
using Pipeline.ModelBuilding.Onnx;

namespace Pipeline.ModelBuilding.Int8;

/// <summary>
/// Which tensors become bytes: what a convolution takes and gives, after the ReLU where one follows, and what the layers between
/// convolutions, which ONNX Runtime also runs on bytes, make of them. Anything else stays float32.
/// </summary>
/// <param name="Names">Tensors that get a range of their own, in the graph's order.</param>
/// <param name="SameRange">By a tensor, the one whose range it has: a maximum is one of the values, and only with the same range does the
/// runtime take it from the bytes.</param>
internal sealed record ActivationTensors(IReadOnlyList<string> Names, IReadOnlyDictionary<string, string> SameRange)
{
    private const int Colours = 3;

    public static ActivationTensors Of(GraphProto graph)
    {
        var weights = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        ILookup<string, NodeProto> consumers = graph.Node.SelectMany(node => node.Input.Select(input => (input, node)))
            .ToLookup(pair => pair.input, pair => pair.node, StringComparer.Ordinal);
        var outputs = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var names = new List<string>();
        var sameRange = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node)
        {
            if (IsConvolution(node, weights))
            {
                Add(node.Input[0]);
                Add(Settled(node));
            }
            else if (node.OpType == "MaxPool" && node.Output.Count == 1 && found.Contains(node.Input[0]))
            {
                found.Add(node.Output[0]);
                sameRange[node.Output[0]] = sameRange.GetValueOrDefault(node.Input[0], node.Input[0]);
            }
            else if (node.OpType is "Add" or "Concat" && found.IsSupersetOf(node.Input))
            {
                Add(Settled(node));
            }
        }

        return new ActivationTensors(names, sameRange);

        void Add(string name)
        {
            if (found.Add(name))
            {
                names.Add(name);
            }
        }

        string Settled(NodeProto node)
        {
            string output = node.Output[0];
            return !outputs.Contains(output) && consumers[output].ToArray() is [{ OpType: "Relu" or "Clip" } activation]
                ? activation.Output[0]
                : output;
        }
    }

    /// <summary>
    /// Whether a node is a convolution over rows and columns with constant float32 weights that becomes int8: all but the first, which takes
    /// the colours. That one stays float32: rounding the pixels alone made up a third of the error (docs/performance.md).
    /// </summary>
    public static bool IsConvolution(NodeProto node, IReadOnlyDictionary<string, TensorProto> weights) =>
        node is { OpType: "Conv", Domain: "" }
        && weights.TryGetValue(node.Input[1], out TensorProto? kernel) && TensorValues.IsFloat(kernel, dimensions: 4)
        && kernel.Dims[1] != Colours
        && (!HasBias(node.Input)
            || (weights.TryGetValue(node.Input[2], out TensorProto? bias) && TensorValues.IsFloat(bias, dimensions: 1)));

    public static bool HasBias(RepeatedField<string> inputs) => inputs.Count > 2 && inputs[2].Length > 0;
}
