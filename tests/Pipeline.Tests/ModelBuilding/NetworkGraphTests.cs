using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Diagnostics;
using Pipeline.ModelBuilding;
using Pipeline.Models;
using Pipeline.ModelBuilding.Onnx;

namespace Pipeline.Tests.ModelBuilding;

/// <summary>Both networks at an eighth of their width. At full width the integration tests compare them with PyTorch.</summary>
public class NetworkGraphTests
{
    private const int Divisor = 8;

    [Theory]
    [InlineData("vgg16", "block1_conv2:8x224x224 block2_conv2:16x112x112 block3_conv3:32x56x56 block4_conv3:64x28x28 " +
        "block5_conv3:64x14x14 block5_pool:64 fc2:512 predictions:1000")]
    [InlineData("resnet50", "conv1_relu:8x112x112 conv2_block3_out:32x56x56 conv3_block4_out:64x28x28 conv4_block6_out:128x14x14 " +
        "conv5_block3_out:256x7x7 avg_pool:256 predictions:1000")]
    public void ONNX_Runtime_takes_the_graph_and_sees_the_outputs_by_Keras_names(string key, string expected)
    {
        using var session = new InferenceSession(Compose(key).Onnx);

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
        using var session = new InferenceSession(Compose(key).Onnx);
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
        Assert.Equal(weights, ModelProto.Parser.ParseFrom(Compose(key).Onnx).Graph.Initializer.Count);

    [Fact]
    public void The_same_weights_give_the_same_bytes_and_the_same_hash()
    {
        (byte[] first, string firstHash) = Compose("resnet50");
        (byte[] second, string secondHash) = Compose("resnet50");

        Assert.Equal(first, second);
        Assert.Equal(firstHash, secondHash);
        Assert.NotEqual(firstHash, Compose("resnet50", seed: 2).WeightsHash);
    }

    [Theory]
    [InlineData("vgg16", "block1_conv2 block2_conv2 block3_conv3 block4_conv3 block5_conv3 block5_pool")]
    [InlineData("resnet50", "conv1_relu conv2_block3_out conv3_block4_out conv4_block6_out conv5_block3_out avg_pool")]
    public void Without_its_top_a_network_ends_at_the_pool(string key, string outputs)
    {
        using var session = new InferenceSession(Compose(key, withTop: false).Onnx);

        Assert.Equal(outputs, string.Join(' ', session.OutputMetadata.Keys));
    }

    private static IEnumerable<ModelDefinition> Networks => ModelCatalogue.Default().Models.Where(model => model.Weights is not null);

    [Fact]
    public void The_catalogue_names_outputs_that_the_networks_have() => Assert.All(Networks, model =>
    {
        using var session = new InferenceSession(Compose(model.Key).Onnx);

        Assert.All(
            [.. model.Blocks, model.EmbeddingOutput, model.NoTop!.EmbeddingOutput, InstalledModel.PredictionsOutput],
            output => Assert.Contains(output, session.OutputMetadata.Keys));
        Assert.All(model.Blocks, block => Assert.Equal(4, session.OutputMetadata[block].Dimensions.Length));
    });

    [Fact]
    public void A_network_with_smaller_dense_kernels_has_the_same_weights_hash_and_nearly_the_same_outputs()
    {
        (byte[] full, string fullHash) = Compose("vgg16");
        (byte[] small, string smallHash) = Compose("vgg16", precision: Precision.Int8Dense);

        float[] expected = Run(full);
        float[] actual = Run(small);

        Assert.Equal(fullHash, smallHash);
        Assert.True(small.Length < full.Length);
        Assert.NotEqual(expected, actual);
        Assert.InRange(TensorPrimitives.Distance<float>(expected, actual) / TensorPrimitives.Norm<float>(expected), 0, 0.02);
    }

    private static float[] Run(byte[] onnx)
    {
        var random = new Random(1);
        float[] pixels = [.. Enumerable.Range(0, 3 * 224 * 224).Select(_ => (random.NextSingle() * 256) - 128)];
        using var session = new InferenceSession(onnx);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, 224, 224]);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, ["input"], [input], ["fc2"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    [Fact]
    public void An_unknown_graph_is_refused_with_those_that_exist() => Assert.Contains(
        "graph 'alexnet' is not one of vgg16, resnet50",
        Assert.Throws<InvalidDataException>(
            () => ModelBuilder.Write(
                Definition("vgg16") with { Graph = "alexnet" }, new SeededWeights(
                    1), Precision.Float32, true, Divisor, Stream.Null, CancellationToken.None)).Message,
        StringComparison.Ordinal);

    private static ModelDefinition Definition(string key) => ModelCatalogue.Default().Models.Single(model => model.Key == key);

    private static (byte[] Onnx, string WeightsHash) Compose(
        string key, ulong seed = 1, Precision precision = Precision.Float32, bool withTop = true)
    {
        using var onnx = new MemoryStream();
        string weightsHash = ModelBuilder.Write(
            Definition(key), new SeededWeights(seed), precision, withTop, Divisor, onnx, TestContext.Current.CancellationToken);
        return (onnx.ToArray(), weightsHash);
    }
}
