using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.ModelBuilding.Int8;
using Pipeline.ModelBuilding.Onnx;
using Pipeline.Models;

namespace Pipeline.Tests.ModelBuilding.Int8;

public sealed class Int8ModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-int8-").FullName;

    private string Target => Path.Combine(_folder, "int8.onnx");

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_trained_ResNet18_keeps_its_outputs_in_a_quarter_of_the_bytes_and_the_cosines_of_the_samples()
    {
        InstalledModel source = await ResNet18.BuildAsync(Definition("resnet18"), ResNet18.Package, _folder, CancellationToken);
        IReadOnlyList<RgbImage> images = await SamplesAsync(source.Definition);

        PrecisionFigures figures = await WriteAsync(source, images);

        // Measured: 2.5e-2, 5.3e-3 and 98.3%; another processor adds in another order.
        Assert.Equal(24, figures.Images);
        Assert.InRange(figures.MaxCosineError, 1e-6, 4e-2);
        Assert.InRange(figures.MeanCosineError, 1e-6, 8e-3);
        Assert.InRange(figures.Top10Overlap, 0.95, 1);
        Assert.InRange(new FileInfo(Target).Length, 0, new FileInfo(source.Path).Length * 0.27);
        using var exact = new ModelSession(source);
        using var rounded = new ModelSession(source with { Path = Target });
        string[] outputs = [.. source.Definition.Blocks, "avg_pool"];
        IReadOnlyList<ModelOutput> expected = await exact.RunAsync(images.Take(2).ToArray(), outputs, CancellationToken);
        IReadOnlyList<ModelOutput> actual = await rounded.RunAsync(images.Take(2).ToArray(), outputs, CancellationToken);
        Assert.Equal(expected.Select(output => output.Shape), actual.Select(output => output.Shape));
        Assert.Equal(21, Kernels(Model()));

        // Ranges are fixed, so an image's embedding does not depend on the others of its batch.
        IReadOnlyList<ModelOutput> alone = await rounded.RunAsync([images[1]], ["avg_pool"], CancellationToken);
        Assert.Equal(alone[0].Values.ToArray(), actual[^1].Values[512..].ToArray(), (x, y) => Math.Abs(x - y) < 1e-4);
    }

    [Theory]
    [InlineData("vgg16", 12)]
    [InlineData("resnet50", 52)]
    public async Task A_small_network_of_the_study_runs_in_int8_with_its_dense_layers(string key, int convolutions)
    {
        InstalledModel source = Small(key);
        IReadOnlyList<RgbImage> images = (await SamplesAsync(source.Definition)).Take(6).ToArray();

        PrecisionFigures figures = await WriteAsync(source, images);

        // Seeded weights: embeddings of all images are alike, and so are the errors.
        Assert.InRange(figures.MaxCosineError, 0, 1e-2);
        ModelProto model = Model();
        Assert.Equal(convolutions, Kernels(model));
        Assert.DoesNotContain(model.Graph.Node, node => node.OpType is "Gemm" or "BatchNormalization");
        Assert.Contains(model.Graph.Node, node => node.OpType == "MatMulNBits");
        using var session = new ModelSession(source with { Path = Target });
        IReadOnlyList<ModelOutput> predictions = await session.RunAsync([images[0]], ["predictions"], CancellationToken);
        Assert.Equal(1, predictions[0].Values.ToArray().Sum(), 3);
    }

    [Fact]
    public async Task The_bytes_are_the_same_each_time()
    {
        InstalledModel source = Small("vgg16");
        IReadOnlyList<RgbImage> images = (await SamplesAsync(source.Definition)).Take(3).ToArray();

        await WriteAsync(source, images);
        byte[] first = await File.ReadAllBytesAsync(Target, CancellationToken);
        await WriteAsync(source, images);

        Assert.Equal(first, await File.ReadAllBytesAsync(Target, CancellationToken));
    }

    [Fact]
    public async Task Fewer_than_three_images_are_refused_with_what_to_do()
    {
        InstalledModel source = Small("vgg16");
        RgbImage[] images = [new(224, 224, new byte[224 * 224 * 3]), new(224, 224, new byte[224 * 224 * 3])];

        string refused = (await Assert.ThrowsAsync<InvalidDataException>(() => WriteAsync(source, images))).Message;

        Assert.Contains("There are 2 images", refused, StringComparison.Ordinal);
        Assert.Contains("--calibrate", refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Loop", "", 17, "a graph within its graph (Loop)")]
    [InlineData("Relu", "", 17, "no convolution and no dense layer")]
    [InlineData("Clip", "", 9, "operator set 9")]
    public void A_graph_that_cannot_be_int8_is_refused(string operation, string domain, int operatorSet, string reason)
    {
        var model = new ModelProto
        {
            Graph = new GraphProto
            {
                Node = { new NodeProto { OpType = operation, Domain = domain, Input = { "input" }, Output = { "output" } } },
                Input = { GraphBuilder.Tensor("input", 3, 224, 224) },
                Output = { GraphBuilder.Tensor("output", 3, 224, 224) },
            },
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = operatorSet } },
        };

        string refused = Assert.Throws<InvalidDataException>(
            () => Int8Quantisation.Apply(model, Definition("vgg16"), [], CancellationToken)).Message;

        Assert.Contains(reason, refused, StringComparison.Ordinal);
        Assert.Contains("--precision default", refused, StringComparison.Ordinal);
    }

    private static ModelDefinition Definition(string key) => ModelCatalogue.Default().Models.Single(model => model.Key == key);

    private InstalledModel Small(string key)
    {
        string path = Path.Combine(_folder, $"{key}.onnx");
        using FileStream file = File.Create(path);
        ModelBuilder.Write(Definition(key), new SeededWeights(1), Precision.Float32, withTop: true, divisor: 8, file, CancellationToken);
        return new InstalledModel(Definition(key), default, WeightsOrigin.Untrained, Precision.Float32, WithTop: true, path);
    }

    private static int Kernels(ModelProto model) => model.Graph.Initializer.Count(
        tensor => tensor.DataType == (int)TensorProto.Types.DataType.Int8 && tensor.Dims.Count == 4);

    private ModelProto Model() => ModelProto.Parser.ParseFrom(File.ReadAllBytes(Target));

    private Task<PrecisionFigures> WriteAsync(InstalledModel source, IReadOnlyList<RgbImage> images) =>
        Int8Model.WriteAsync(source, Target, images, new Progress<double>(), CancellationToken);

    private static async Task<IReadOnlyList<RgbImage>> SamplesAsync(ModelDefinition model)
    {
        using var decoder = new ImageDecoder(new ImageLimits());
        var images = new List<RgbImage>();
        foreach (string path in Directory.EnumerateFiles(Repository.Path("samples"), "*-?.*").Order(StringComparer.Ordinal))
        {
            byte[] bytes = await File.ReadAllBytesAsync(path, CancellationToken);
            images.Add((await decoder.DecodeAsync(bytes, model.InputForm, CancellationToken)).Pixels);
        }

        return images;
    }
}
