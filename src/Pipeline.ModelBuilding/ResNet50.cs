namespace Pipeline.ModelBuilding;

/// <summary>
/// ResNet50: the 50-layer network of He et al. (2016) in its first version, layer by layer as Keras' <c>applications/resnet.py</c>, whose
/// names it uses: a block's stride is in its first 1x1 convolution, convolutions have a bias, batch normalisation's epsilon is 1.001e-5.
/// </summary>
internal static class ResNet50
{
    private static readonly (int Filters, int Blocks, int Stride)[] Stacks = [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)];

    /// <summary>Adds the network and its outputs.</summary>
    /// <param name="graph">The graph to extend.</param>
    /// <param name="inputSize">Side of the input, a multiple of 32: 224.</param>
    /// <param name="classes">Classes predicted: 1000; null for the network without its dense layer.</param>
    /// <param name="divisor">Divides every width, for small models in tests; 1 is the original size.</param>
    public static void AddTo(GraphBuilder graph, int inputSize, int? classes, int divisor = 1)
    {
        string x = graph.Input("input", channels: 3, inputSize);
        int channels = 64 / divisor;
        x = graph.Convolution("conv1_conv", "conv1_conv", x, 3, channels, kernel: 7, stride: 2, padding: 3);
        x = graph.Relu("conv1_relu", graph.BatchNormalisation("conv1_bn", x, channels));
        graph.Output(x, channels, inputSize / 2, inputSize / 2);

        // Keras pads with zeros, ONNX with minus infinity; after a ReLU nothing is below zero, so the maximum is the same.
        x = graph.MaxPool("pool1_pool", x, kernel: 3, stride: 2, padding: 1);
        int size = inputSize / 4;
        foreach ((int stack, (int width, int blocks, int stackStride)) in Stacks.Index().Select(item => (item.Index + 2, item.Item)))
        {
            int filters = width / divisor;
            for (int block = 1; block <= blocks; block++)
            {
                int stride = block == 1 ? stackStride : 1;
                x = Block(graph, $"conv{stack}_block{block}", x, channels, filters, stride, projected: block == 1);
                channels = 4 * filters;
                size /= stride;
            }

            graph.Output(x, channels, size, size);
        }

        x = graph.GlobalAveragePool("avg_pool", x);
        graph.Output(x, channels);
        if (classes is { } predicted)
        {
            x = graph.Softmax("predictions", graph.Dense("predictions/dense", "predictions", x, channels, predicted));
            graph.Output(x, predicted);
        }
    }

    /// <summary>1x1, 3x3, 1x1 with four times the filters, and the shortcut around them: the input itself, or its projection.</summary>
    private static string Block(GraphBuilder graph, string name, string input, int channels, int filters, int stride, bool projected)
    {
        string Normalised(int index, string x, int channelsIn, int channelsOut, int kernel, int stride) => graph.BatchNormalisation(
            $"{name}_{index}_bn",
            graph.Convolution(
                $"{name}_{index}_conv", $"{name}_{index}_conv", x, channelsIn, channelsOut, kernel, stride, padding: kernel / 2),
            channelsOut);

        string shortcut = projected ? Normalised(0, input, channels, 4 * filters, kernel: 1, stride) : input;
        string x = graph.Relu($"{name}_1_relu", Normalised(1, input, channels, filters, kernel: 1, stride));
        x = graph.Relu($"{name}_2_relu", Normalised(2, x, filters, filters, kernel: 3, stride: 1));
        x = Normalised(3, x, filters, 4 * filters, kernel: 1, stride: 1);
        return graph.Relu($"{name}_out", graph.Add($"{name}_add", shortcut, x));
    }
}
