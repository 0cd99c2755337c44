using Pipeline.ModelBuilding.Onnx;

namespace Pipeline.ModelBuilding.Int8;

/// <summary>
/// Folds batch normalisation into the convolution before it: with fixed statistics it is a factor and a shift of each channel, and so part
/// of the kernel and the bias. What is rounded to bytes then has the scale that the next layer takes.
/// </summary>
internal static class NormalisationFolding
{
    // ONNX' default.
    private const float Epsilon = 1e-5f;

    /// <summary>Folds all that follow a convolution directly; others stay.</summary>
    public static void Apply(GraphProto graph)
    {
        var weights = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var producers = graph.Node.SelectMany(node => node.Output.Select(output => (output, node)))
            .ToDictionary(pair => pair.output, pair => pair.node, StringComparer.Ordinal);
        ILookup<string, NodeProto> consumers = graph.Node.SelectMany(node => node.Input.Select(input => (input, node)))
            .ToLookup(pair => pair.input, pair => pair.node, StringComparer.Ordinal);
        var outputs = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        foreach (NodeProto normalisation in graph.Node.Where(node => node.OpType == "BatchNormalization").ToArray())
        {
            if (producers.TryGetValue(normalisation.Input[0], out NodeProto? convolution)
                && convolution.OpType == "Conv"
                && consumers[normalisation.Input[0]].Count() == 1
                && !outputs.Contains(normalisation.Input[0])
                && convolution.Input.Skip(1).Concat(normalisation.Input.Skip(1)).All(
                    name => weights.TryGetValue(name, out TensorProto? tensor) && tensor.DataType == (int)TensorProto.Types.DataType.Float))
            {
                Fold(graph, weights, convolution, normalisation);
            }
        }
    }

    private static void Fold(
        GraphProto graph, Dictionary<string, TensorProto> weights, NodeProto convolution, NodeProto normalisation)
    {
        float epsilon = normalisation.Attribute.FirstOrDefault(attribute => attribute.Name == "epsilon")?.F ?? Epsilon;
        float[][] parameters = [.. normalisation.Input.Skip(1).Select(name => TensorValues.Read(weights[name]))];
        (float[] gamma, float[] beta, float[] mean, float[] variance) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        TensorProto kernel = weights[convolution.Input[1]];
        float[] values = TensorValues.Read(kernel);
        float[] bias = convolution.Input.Count > 2 ? TensorValues.Read(weights[convolution.Input[2]]) : new float[gamma.Length];
        int perChannel = values.Length / bias.Length;
        for (int channel = 0; channel < bias.Length; channel++)
        {
            float factor = gamma[channel] / MathF.Sqrt(variance[channel] + epsilon);
            bias[channel] = ((bias[channel] - mean[channel]) * factor) + beta[channel];
            foreach (ref float value in values.AsSpan(channel * perChannel, perChannel))
            {
                value *= factor;
            }
        }

        // New names: another convolution may share the old tensors.
        string output = normalisation.Output[0];
        graph.Initializer.Add(TensorValues.Floats($"{output}/kernel", values, kernel.Dims));
        graph.Initializer.Add(TensorValues.Floats($"{output}/bias", bias, bias.Length));
        string input = convolution.Input[0];
        convolution.Input.Clear();
        convolution.Input.Add([input, $"{output}/kernel", $"{output}/bias"]);
        convolution.Output[0] = output;
        graph.Node.Remove(normalisation);
    }
}
