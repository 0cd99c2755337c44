namespace Pipeline.ModelBuilding;

/// <summary>
/// VGG16: configuration D of Simonyan and Zisserman (2015), layer by layer as Keras' <c>applications/vgg16.py</c>, whose names it uses.
/// </summary>
internal static class Vgg16
{
    private static readonly (int Convolutions, int Channels)[] Blocks = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)];

    /// <summary>Adds the network and its outputs.</summary>
    /// <param name="graph">The graph to extend.</param>
    /// <param name="inputSize">Side of the input, a multiple of 32: 224.</param>
    /// <param name="classes">Classes predicted: 1000; null for the network without its dense layers.</param>
    /// <param name="divisor">Divides every width, for small models in tests; 1 is the original size.</param>
    public static void AddTo(GraphBuilder graph, int inputSize, int? classes, int divisor = 1)
    {
        string x = graph.Input("input", channels: 3, inputSize);
        int channels = 3;
        int size = inputSize;
        foreach ((int block, (int convolutions, int width)) in Blocks.Index().Select(item => (item.Index + 1, item.Item)))
        {
            string name = "";
            for (int convolution = 1; convolution <= convolutions; convolution++)
            {
                name = $"block{block}_conv{convolution}";
                x = graph.Convolution($"{name}/convolution", name, x, channels, width / divisor, kernel: 3, stride: 1, padding: 1);
                x = graph.Relu(name, x);
                channels = width / divisor;
            }

            graph.Output(name, channels, size, size);
            x = graph.MaxPool($"block{block}_pool/max", x, kernel: 2, stride: 2, padding: 0);
            size /= 2;
        }

        graph.Output(graph.GlobalAveragePool("block5_pool", x), channels);
        if (classes is not { } predicted)
        {
            return;
        }

        int units = 4096 / divisor;
        x = graph.FlattenChannelsLast("flatten", x);
        x = graph.Relu("fc1", graph.Dense("fc1/dense", "fc1", x, channels * size * size, units));
        x = graph.Relu("fc2", graph.Dense("fc2/dense", "fc2", x, units, units));
        graph.Output("fc2", units);
        x = graph.Softmax("predictions", graph.Dense("predictions/dense", "predictions", x, units, predicted));
        graph.Output(x, predicted);
    }
}
