using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Models;
using Pipeline.Models.Building;
using Pipeline.Models.Building.Onnx;

namespace Pipeline.Tests.Models;

/// <summary>Both networks at an eighth of their width. At full width the integration tests compare them with PyTorch.</summary>
public class NetworkGraphTests
{
    private const int Divisor = 8;

    [Theory]
    [InlineData("vgg16", "block1_conv2:8x224x224 block2_conv2:16x112x112 block3_conv3:32x56x56 block4_conv3:64x28x28 block5_conv3:64x14x14 block5_pool:64 fc2:512 predictions:1000")]
    [InlineData("resnet50", "conv2_block3_out:32x56x56 conv3_block4_out:64x28x28 conv4_block6_out:128x14x14 conv5_block3_out:256x7x7 avg_pool:256 predictions:1000")]
    public void ONNX_Runtime_takes_the_graph_and_sees_the_outputs_by_Keras_names(string key, string expected)
    {
        using var session = new InferenceSession(Compose(key).Onnx.ToByteArray());

        Assert.Equal(
            expected,
            string.Join(' ', session.OutputMetadata.Select(output => $"{output.Key}:{string.Join('x', output.Value.Dimensions.Skip(1))}")));
        Assert.Equal([-1, 3, 224, 224], session.InputMetadata["input"].Dimensions);
    }

    [Theory]
    [InlineData("vgg16")]
    [InlineData("resnet50")]
    public void The_declared_shapes_are_those_of_the_computed_outputs_for_any_batch(string key)
    {
        using var session = new InferenceSession(Compose(key).Onnx.ToByteArray());
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(new float[2 * 3 * 224 * 224], [2, 3, 224, 224]);
        using var options = new RunOptions();

        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, ["input"], [input], [.. session.OutputMetadata.Keys]);

        Assert.All(session.OutputMetadata.Values.Zip(results), pair => Assert.Equal(
            [2, .. pair.First.Dimensions.Skip(1).Select(size => (long)size)], pair.Second.GetTensorTypeAndShape().Shape));
    }

    [Theory]
    [InlineData("vgg16", 32)]
    [InlineData("resnet50", 320)]
    public void The_graph_has_every_weight_of_the_network(string key, int weights) =>
        Assert.Equal(weights, Compose(key).Onnx.Graph.Initializer.Count);

    [Fact]
    public void The_same_weights_give_the_same_bytes_and_the_same_hash()
    {
        (ModelProto first, string firstHash) = Compose("resnet50");
        (ModelProto second, string secondHash) = Compose("resnet50");

        Assert.Equal(first.ToByteArray(), second.ToByteArray());
        Assert.Equal(firstHash, secondHash);
        Assert.NotEqual(firstHash, ModelBuilder.Compose(Definition("resnet50"), new SeededWeights(2), Divisor, CancellationToken.None).WeightsHash);
    }

    [Fact]
    public void A_graph_that_nobody_wrote_is_refused_with_those_that_are_there() => Assert.Contains(
        "graph 'alexnet' is not one of vgg16, resnet50",
        Assert.Throws<InvalidDataException>(
            () => ModelBuilder.Compose(Definition("vgg16") with { Graph = "alexnet" }, new SeededWeights(1), Divisor, CancellationToken.None)).Message,
        StringComparison.Ordinal);

    private static ModelDefinition Definition(string key) => ModelCatalogue.Default().Models.Single(model => model.Key == key);

    private static (ModelProto Onnx, string WeightsHash) Compose(string key) =>
        ModelBuilder.Compose(Definition(key), new SeededWeights(1), Divisor, TestContext.Current.CancellationToken);
}
