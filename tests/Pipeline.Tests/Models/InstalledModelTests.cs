using Microsoft.Extensions.Options;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

public sealed class InstalledModelTests : IDisposable
{
    private static readonly ModelDefinition Model = ModelCatalogue.Default().Models[0];
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_model_without_a_manifest_is_not_installed()
    {
        File.WriteAllBytes(Path.Combine(_folder, "vgg16.onnx"), [1]);

        Assert.Null(InstalledModel.Find(Model, _folder));
    }

    [Fact]
    public void A_file_of_another_size_than_was_built_is_refused_with_what_to_do()
    {
        File.WriteAllBytes(Path.Combine(_folder, "vgg16.onnx"), [1]);
        Manifest(2, "00").Write(_folder);

        string message = Assert.Throws<InvalidDataException>(() => InstalledModel.Find(Model, _folder)).Message;

        Assert.Contains("has 1 bytes instead of 2", message, StringComparison.Ordinal);
        Assert.Contains("./pipeline models build", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verifying_finds_a_changed_byte()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string path = Path.Combine(_folder, "vgg16.onnx");
        File.WriteAllBytes(path, [1, 2, 3]);
        string sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([1, 2, 3]));
        Manifest(3, sha256).Write(_folder);
        InstalledModel model = InstalledModel.Find(Model, _folder)!;

        Assert.True(await model.VerifyAsync(cancellationToken));
        File.WriteAllBytes(path, [1, 2, 4]);
        Assert.False(await model.VerifyAsync(cancellationToken));
    }

    [Fact]
    public void A_manifest_keeps_its_figures_and_one_without_is_read_too()
    {
        var figures = new PrecisionFigures(0.004, 0.0012, 0.995, 24);
        (Manifest(1, "00") with { Precision = Precision.Int8, Figures = figures }).Write(_folder);
        string path = ModelManifest.PathOf(_folder, "vgg16");
        string earlier = System.Text.RegularExpressions.Regex.Replace(
            File.ReadAllText(path), ",\\s*\"figures\": \\{[^}]*\\}", "", System.Text.RegularExpressions.RegexOptions.None);

        Assert.Equal(figures, ModelManifest.Find(_folder, "vgg16")!.Figures);
        Assert.DoesNotContain("figures", earlier, StringComparison.Ordinal);
        Assert.Null(ModelManifest.Read(System.Text.Encoding.UTF8.GetBytes(earlier), path).Figures);
    }

    [Fact]
    public void A_malformed_manifest_is_refused_by_its_path()
    {
        string path = ModelManifest.PathOf(_folder, "vgg16");
        File.WriteAllText(path, "{");

        Assert.Contains(
            path, Assert.Throws<InvalidDataException>(() => InstalledModel.Find(Model, _folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_that_fails_leaves_the_model_that_was_there()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        File.WriteAllBytes(Path.Combine(_folder, "vgg16.onnx"), [1]);
        Manifest(1, "00").Write(_folder);

        await Assert.ThrowsAsync<InvalidDataException>(
            () => ModelBuilder.BuildAsync(Model, new BrokenWeights(), withTop: true, _folder, cancellationToken));

        Assert.NotNull(InstalledModel.Find(Model, _folder));
        Assert.Equal(["vgg16.manifest.json", "vgg16.onnx"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_version_that_is_replaced_is_kept_until_the_next_unless_its_embeddings_are_the_same()
    {
        string kept = Path.Combine(_folder, ModelManifest.PreviousFolder);
        Fingerprint first = Install("a", [1]);
        Fingerprint again = Install("a", [2]);
        bool keptAgain = Directory.Exists(kept);
        Fingerprint second = Install("b", [3]);
        byte[] keptBytes = File.ReadAllBytes(ModelManifest.ModelPathOf(kept, "vgg16"));
        Fingerprint back = Install("a", [4]);

        Assert.Equal((first, first), (again, back));
        Assert.False(keptAgain);
        Assert.Equal([2], keptBytes);
        Assert.Equal(second, InstalledModel.Find(Model, kept)!.Fingerprint);
        Assert.Equal([4], File.ReadAllBytes(InstalledModel.Find(Model, _folder)!.Path));
        Assert.Equal(2, Directory.GetFiles(kept).Length);
    }

    [Fact]
    public void A_damaged_version_is_replaced_and_not_kept()
    {
        Install("a", [1]);
        File.Delete(Path.Combine(_folder, "vgg16.onnx"));
        Install("b", [2]);
        File.WriteAllText(ModelManifest.PathOf(_folder, "vgg16"), "{");
        Install("c", [3]);

        Assert.False(Directory.Exists(Path.Combine(_folder, ModelManifest.PreviousFolder)));
        Assert.Equal([3], File.ReadAllBytes(InstalledModel.Find(Model, _folder)!.Path));
    }

    private Fingerprint Install(string weightsHash, byte[] content) => ModelFile.Install(
        Model,
        new ModelOrigin(WeightsOrigin.Own, Precision.Float32, WithTop: true),
        _folder,
        ModelManifest.Searched,
        stream =>
        {
            stream.Write(content);
            return weightsHash;
        },
        TestContext.Current.CancellationToken).Fingerprint;

    [Fact]
    public void The_app_does_not_start_without_a_model_and_says_where_to_get_one()
    {
        string failure = Assert.Single(Validate(new ModelOptions { Folder = _folder }).Failures!);

        Assert.Contains($"There is no model in '{_folder}'", failure, StringComparison.Ordinal);
        Assert.Contains("./pipeline models pull", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("vgg16", null)]
    [InlineData(" vgg16 , ", null)]
    [InlineData("vgg16,resnet50", "There is no model 'resnet50'")]
    [InlineData("vgg16,vgg19", "Models__Enabled names 'vgg19', which is no model. Separate keys by commas; there are: vgg16, resnet50, ")]
    public void An_app_runs_all_installed_models_or_those_that_are_named(string? enabled, string? error)
    {
        File.WriteAllBytes(Path.Combine(_folder, "vgg16.onnx"), [1]);
        Manifest(1, "00").Write(_folder);
        var options = new ModelOptions { Folder = _folder, Enabled = enabled };

        ValidateOptionsResult result = Validate(options);

        if (error is null)
        {
            Assert.True(result.Succeeded, result.FailureMessage);
            Assert.Equal(["vgg16"], EnabledModels.Find(options, ModelCatalogue.Default()).Select(model => model.Key));
        }
        else
        {
            Assert.Contains(error, result.FailureMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Embeddings_are_made_as_the_manifest_says_whatever_the_catalogue_says_since()
    {
        File.WriteAllBytes(Path.Combine(_folder, "vgg16.onnx"), [1]);
        (Manifest(1, "00") with { Definition = Model with { Mean = [1, 2, 3] } }).Write(_folder);

        Assert.Equal([1f, 2f, 3f], InstalledModel.Find(Model, _folder)!.Definition.Mean);
    }

    private static ValidateOptionsResult Validate(ModelOptions options) =>
        new ModelOptionsValidator(ModelCatalogue.Default()).Validate(null, options);

    [Fact]
    public void A_manifest_of_another_version_is_refused_with_both_numbers_and_what_to_do()
    {
        (Manifest(1, "00") with { Format = 1 }).Write(_folder);

        string message = Assert.Throws<InvalidDataException>(() => InstalledModel.Find(Model, _folder)).Message;

        Assert.Contains("has the format 1; this version of the program reads the format 2", message, StringComparison.Ordinal);
        Assert.Contains("./pipeline models pull --force", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_from_before_there_were_precisions_is_refused()
    {
        File.WriteAllText(
            ModelManifest.PathOf(_folder, "vgg16"),
            """{ "key": "vgg16", "weights": "untrained", "fingerprint": "0123456789ab", "bytes": 1, "sha256": "00" }""");

        Assert.Contains(
            "./pipeline models build", Assert.Throws<InvalidDataException>(
                () => InstalledModel.Find(Model, _folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_its_top_a_model_has_the_embedding_of_its_pool_and_nothing_else_to_compare()
    {
        File.WriteAllBytes(Path.Combine(_folder, "vgg16.onnx"), [1]);
        (Manifest(1, "00") with { WithTop = false, Precision = Precision.Float32 }).Write(_folder);

        InstalledModel model = InstalledModel.Find(Model, _folder)!;

        Assert.Equal(("block5_pool", 512), (model.Definition.EmbeddingOutput, model.Definition.EmbeddingLength));
        Assert.Equal(["block5_pool"], model.VectorOutputs);
        Assert.Equal(model, InstalledModel.FindFloat32(Model, _folder));
    }

    [Theory]
    [InlineData("imagenet")]
    [InlineData("imageNet")]
    public void A_manifest_names_trained_weights_as_this_version_writes_them_or_as_earlier_ones_did(string weights)
    {
        File.WriteAllBytes(Path.Combine(_folder, "vgg16.onnx"), [1]);
        Manifest(1, "00").Write(_folder);
        string path = Path.Combine(_folder, "vgg16.manifest.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"untrained\"", $"\"{weights}\"", StringComparison.Ordinal));

        Assert.Equal(WeightsOrigin.ImageNet, InstalledModel.Find(Model, _folder)!.Weights);
    }

    [Theory]
    [InlineData("aa", true)]
    [InlineData("bb", false)]
    public void The_studys_model_counts_only_where_it_is_of_the_same_weights(string weightsHash, bool found)
    {
        File.WriteAllBytes(Path.Combine(_folder, "vgg16.onnx"), [1]);
        File.WriteAllBytes(Path.Combine(_folder, "vgg16-float32.onnx"), [1, 2]);
        Manifest(1, "00").Write(_folder);
        (Manifest(2, "00") with { Precision = Precision.Float32, WeightsHash = weightsHash }).Write(_folder, ModelManifest.Studied);

        InstalledModel? studied = InstalledModel.FindFloat32(Model, _folder);

        Assert.Equal(found ? "vgg16-float32.onnx" : null, Path.GetFileName(studied?.Path));
    }

    private static ModelManifest Manifest(long bytes, string sha256) => new(
        ModelManifest.CurrentFormat, "vgg16", WeightsOrigin.Untrained, "aa", Precision.Int8Dense, true, "0123456789ab", bytes, sha256);

    private sealed class BrokenWeights : IWeightSource
    {
        public WeightsOrigin Origin => WeightsOrigin.Untrained;

        public void Read(string layer, string weight, ReadOnlySpan<int> shape, Span<float> destination) =>
            throw new InvalidDataException($"The layer '{layer}' is broken.");
    }
}
