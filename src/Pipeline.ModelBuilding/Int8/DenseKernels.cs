using System.Runtime.InteropServices;
using Pipeline.ModelBuilding.Onnx;

namespace Pipeline.ModelBuilding.Int8;

/// <summary>
/// Replaces products with a constant float32 kernel, Gemm and MatMul, by ONNX Runtime's MatMulNBits with 8 bits, as <see cref="GraphBuilder"/>
/// writes VGG16's. It takes its input as bytes by the row and block as it comes, so there is nothing to calibrate.
/// </summary>
internal static class DenseKernels
{
    /// <returns>How many were replaced.</returns>
    public static int Apply(GraphProto graph)
    {
        var weights = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var nodes = new List<NodeProto>();
        int replaced = 0;
        foreach (NodeProto node in graph.Node)
        {
            if (node.OpType is "Gemm" or "MatMul" && node.Domain.Length == 0
                && weights.TryGetValue(node.Input[1], out TensorProto? kernel) && TensorValues.IsFloat(kernel, dimensions: 2)
                && IsPlain(node))
            {
                nodes.AddRange(Replace(graph, node, kernel));
                replaced++;
            }
            else
            {
                nodes.Add(node);
            }
        }

        graph.Node.Clear();
        graph.Node.Add(nodes);
        return replaced;
    }

    private static bool IsPlain(NodeProto node) => node.Attribute.All(attribute => attribute.Name switch
    {
        "alpha" or "beta" => attribute.F == 1,
        "transA" => attribute.I == 0,
        _ => true,
    });

    private static IEnumerable<NodeProto> Replace(GraphProto graph, NodeProto node, TensorProto kernel)
    {
        bool transposed = node.Attribute.Any(attribute => attribute is { Name: "transB", I: 1 });
        int rows = (int)kernel.Dims[0];
        int columns = (int)kernel.Dims[1];
        float[] values = TensorValues.Read(kernel);
        (int unitsIn, int unitsOut) = transposed ? (columns, rows) : (rows, columns);
        int blocks = BlockQuantisation.BlocksOf(unitsIn);
        byte[] bytes = new byte[unitsOut * blocks * BlockQuantisation.BlockSize];
        float[] scales = BlockQuantisation.Quantise(transposed ? Transpose(values, rows, columns) : values, unitsIn, unitsOut, bytes);
        string output = node.Output[0];
        graph.Initializer.Add(TensorValues.Of(
            $"{output}/kernel/bytes", TensorProto.Types.DataType.Uint8, bytes, unitsOut, blocks, BlockQuantisation.BlockSize));
        graph.Initializer.Add(TensorValues.Of(
            $"{output}/kernel/scales", TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes<float>(scales), scales.Length));
        bool hasBias = node.Input.Count > 2 && node.Input[2].Length > 0;
        string product = hasBias ? $"{output}/product" : output;
        yield return GraphBuilder.ByteProduct(
            product, [node.Input[0], $"{output}/kernel/bytes", $"{output}/kernel/scales"], unitsIn, unitsOut);
        if (hasBias)
        {
            yield return new NodeProto { Name = output, OpType = "Add", Input = { product, node.Input[2] }, Output = { output } };
        }
    }

    private static float[] Transpose(float[] values, int rows, int columns)
    {
        float[] transposed = GC.AllocateUninitializedArray<float>(values.Length);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = values[(row * columns) + column];
            }
        }

        return transposed;
    }
}
