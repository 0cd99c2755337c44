using Google.Protobuf;
using Pipeline.Imaging;
using Pipeline.ModelBuilding.Onnx;
using Pipeline.Models;

namespace Pipeline.ModelBuilding.Int8;

/// <summary>Makes an int8 model of a float32 one.</summary>
internal static class Int8Quantisation
{
    // Raised from older operator sets, with which the runtime does not pool bytes, where no operator has changed its meaning since.
    private const int OperatorSet = 13;
    private const int OldestRaised = 8;

    // The standard's convolution of bytes came with it.
    private const int OldestQuantised = 10;

    private static readonly string[] Unchanged =
    [
        "Add", "AveragePool", "Concat", "Conv", "Flatten", "Gemm", "GlobalAveragePool", "Identity", "MatMul", "MaxPool", "Mul", "Relu",
        "Sub", "Transpose",
    ];

    /// <summary>Quantises a graph.</summary>
    /// <param name="model">The float32 model; it is changed.</param>
    /// <param name="definition">How it takes an image.</param>
    /// <param name="images">Images of the model's input size that the ranges of its tensors are taken from.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="InvalidDataException">The graph has nothing that can be int8, or cannot be run.</exception>
    public static void Apply(
        ModelProto model, ModelDefinition definition, IReadOnlyList<RgbImage> images, CancellationToken cancellationToken)
    {
        GraphProto graph = model.Graph;
        if (graph.Node.FirstOrDefault(node => node.OpType is "If" or "Loop" or "Scan") is { } nested)
        {
            throw new InvalidDataException(
                $"{definition.Title} has a graph within its graph ({nested.OpType}), which cannot be made int8. Keep --precision " +
                "default, or export the model without branches and loops.");
        }

        NormalisationFolding.Apply(graph);

        // Dense kernels first: they are most of the weights, which the calibration then need not hold.
        int quantised = DenseKernels.Apply(graph);
        RemoveUnused(graph);
        Import(model, definition.Title);
        ActivationTensors tensors = ActivationTensors.Of(graph);
        if (tensors.Names.Count > 0)
        {
            quantised += new ByteGraph(graph, Calibration.Run(model, definition, tensors, images, cancellationToken)).Rewrite();
            RemoveUnused(graph);
        }

        if (quantised == 0)
        {
            throw new InvalidDataException(
                $"{definition.Title} has no convolution and no dense layer with constant float32 weights, so there is nothing to make " +
                "int8. Keep --precision default.");
        }

        // Shapes within, where the file has any, are of the tensors before.
        graph.ValueInfo.Clear();
    }

    private static void Import(ModelProto model, string title)
    {
        if (!model.OpsetImport.Any(import => import.Domain == OnnxWriter.RuntimeDomain))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = OnnxWriter.RuntimeDomain, Version = 1 });
        }

        OperatorSetIdProto standard = model.OpsetImport.First(import => import.Domain is "" or "ai.onnx");
        if (standard.Version is >= OldestRaised and < OperatorSet
            && model.Graph.Node.All(node => node.Domain == OnnxWriter.RuntimeDomain || Unchanged.Contains(node.OpType)))
        {
            standard.Version = OperatorSet;
        }

        if (standard.Version < OldestQuantised)
        {
            throw new InvalidDataException(
                $"{title} is written in ONNX' operator set {standard.Version}; from {OldestQuantised} on a model can be made int8. " +
                $"Export it anew with operator set {OperatorSet} or later, or keep --precision default.");
        }
    }

    private static void RemoveUnused(GraphProto graph)
    {
        HashSet<string> used = [.. graph.Node.SelectMany(node => node.Input), .. graph.Output.Select(output => output.Name)];
        foreach (TensorProto unused in graph.Initializer.Where(tensor => !used.Contains(tensor.Name)).ToArray())
        {
            graph.Initializer.Remove(unused);
        }
    }
}
