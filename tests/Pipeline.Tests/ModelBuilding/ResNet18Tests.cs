using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Tests.ModelBuilding;

public sealed class ResNet18Tests : IDisposable
{
    private static readonly ModelDefinition Definition = ModelCatalogue.Default().Models.Single(model => model.Key == "resnet18");

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-resnet18-").FullName;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task For_each_sample_the_nearest_are_of_its_own_group()
    {
        InstalledModel model = await BuildAsync(ResNet18.Package);
        using var session = new ModelSession(model);
        using var decoder = new ImageDecoder(new ImageLimits());
        var embeddings = new Dictionary<string, Embedding>();
        foreach (string path in Directory.EnumerateFiles(Repository.Path("samples"), "*-?.*"))
        {
            DecodedImage image = await decoder.DecodeAsync(
                await File.ReadAllBytesAsync(path, CancellationToken), model.Definition.InputForm, CancellationToken);
            embeddings[Path.GetFileName(path)] = await session.EmbedAsync(image.Pixels, CancellationToken);
        }

        Assert.Equal(24, embeddings.Count);
        Assert.All(embeddings, sample =>
        {
            string[] nearest =
            [
                .. embeddings.Where(other => other.Key != sample.Key)
                    .OrderByDescending(other => Embedding.Cosine(sample.Value.Values.Span, other.Value.Values.Span))
                    .Select(other => other.Key),
            ];
            Assert.All(nearest[..3], name => Assert.Equal(Group(sample.Key), Group(name)));
        });

        static string Group(string name) => name[..name.IndexOf('-', StringComparison.Ordinal)];
    }

    [Fact]
    public async Task It_is_trained_predicts_no_classes_and_has_five_maps_for_any_number_of_images()
    {
        InstalledModel model = await BuildAsync(ResNet18.Package);
        using var session = new ModelSession(model);
        RgbImage black = new(224, 224, new byte[224 * 224 * 3]);
        RgbImage white = new(224, 224, Enumerable.Repeat((byte)255, 224 * 224 * 3).ToArray());

        IReadOnlyList<ModelOutput> both = await session.RunAsync(
            [black, white], [.. model.Definition.Blocks, "avg_pool"], CancellationToken);
        IReadOnlyList<ModelOutput> second = await session.RunAsync([white], ["avg_pool"], CancellationToken);

        Assert.Equal((WeightsOrigin.ImageNet, Precision.Float32, false), (model.Weights, model.Precision, model.WithTop));
        Assert.Equal(
            ["2x64x112x112", "2x64x56x56", "2x128x28x28", "2x256x14x14", "2x512x7x7", "2x512"],
            both.Select(output => string.Join('x', output.Shape)));
        Assert.Equal(both[^1].Values[512..].ToArray(), second[0].Values.ToArray(), (x, y) => Math.Abs(x - y) < 1e-4);
        Assert.Contains("has no classes to predict", Predictor.FaultOf([model]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_that_is_missing_or_another_is_refused_and_leaves_nothing()
    {
        string none = Path.Combine(_folder, "none");
        Assert.Contains("dotnet restore", await RefusalAsync(none), StringComparison.Ordinal);

        string file = Path.Combine(_folder, "package", "tools", "DnnImageModels", "ResNet18Onnx", "ResNet18.onnx");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "another version", CancellationToken);
        string refused = await RefusalAsync(Path.Combine(_folder, "package"));
        Assert.Contains("or of another version than 0.23.1", refused, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder, "models")));
    }

    private Task<InstalledModel> BuildAsync(string package) =>
        ResNet18.BuildAsync(Definition, package, Path.Combine(_folder, "models"), CancellationToken);

    private async Task<string> RefusalAsync(string package) =>
        (await Assert.ThrowsAsync<InvalidDataException>(() => BuildAsync(package))).Message;
}
