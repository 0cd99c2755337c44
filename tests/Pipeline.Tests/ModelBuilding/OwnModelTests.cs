using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.ModelBuilding.Onnx;
using Pipeline.ModelBuilding.Own;
using Pipeline.Models;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.ModelBuilding;

/// <summary>Networks exported by PyTorch, against PyTorch in float64 (<c>tests/reference/own_networks.py</c>).</summary>
public sealed class OwnModelTests : IDisposable
{
    private static readonly JsonElement Reference = JsonDocument.Parse(
        File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "own.json"))).RootElement;

    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-own-").FullName;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Networks() => [.. Reference.GetProperty("networks").EnumerateObject().Select(entry => entry.Name)];

    public static TheoryData<string> Presets() => [.. Reference.GetProperty("pixels").EnumerateObject().Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void A_presets_pixels_are_those_of_Pillow_to_the_bit(string preset)
    {
        ModelPreset chosen = ModelPreset.ByName[preset];
        var form = new InputForm(224, chosen.Resampling, chosen.Fit, (int)Math.Round(224 * chosen.ResizeRatio));

        Assert.All(Reference.GetProperty("pixels").GetProperty(preset).EnumerateObject(), entry =>
        {
            Assert.True(Decoder.TryDecode(ReferenceImage.Read(entry.Name), out DecodedImage? image, out _));
            Assert.Equal(entry.Value.GetString(), Convert.ToHexStringLower(SHA256.HashData(form.Of(image!.Pixels).Pixels.Span)));
        });
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task Embeddings_agree_with_PyTorch(string name)
    {
        JsonElement reference = Reference.GetProperty("networks").GetProperty(name);
        string file = OwnFile(name);
        ModelDefinition definition = OwnModel.Describe(file, Options(reference));
        using var session = new ModelSession(
            new InstalledModel(definition, default, WeightsOrigin.Own, Precision.Float32, WithTop: false, file));

        foreach (JsonProperty image in reference.GetProperty("embeddings").EnumerateObject())
        {
            DecodedImage decoded = await Decoder.DecodeAsync(
                ReferenceImage.Read(image.Name), definition.InputForm, CancellationToken);
            Embedding embedding = await session.EmbedAsync(decoded.Pixels, CancellationToken);
            double[] expected = [.. image.Value.EnumerateArray().Select(value => value.GetDouble())];

            Assert.Equal(expected.Length, embedding.Values.Length);
            Assert.All(expected.Zip(embedding.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        }
    }

    [Fact]
    public void A_tensor_within_the_graph_can_be_the_embedding()
    {
        OnnxFile onnx = OnnxFile.Read(OwnFile("mobilenet"));
        string within = onnx.Model.Graph.Node.Last(node => node.OpType == "Flatten").Output[0];

        Assert.True(onnx.TryAddOutput(within));
        Assert.False(onnx.TryAddOutput("no such tensor"));

        ModelDefinition definition = OwnModel.Describe(Save(onnx.Model), Options("torchvision") with { Output = within });
        Assert.Equal((within, Pooling.None), (definition.EmbeddingOutput, definition.Pooling));
    }

    [Fact]
    public void Weights_beside_the_file_are_read_into_it()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(OwnFile("mobilenet")));
        Externalise(model, "weights.bin");

        OnnxFile whole = OnnxFile.Read(Save(model));

        Assert.Equal(
            ModelProto.Parser.ParseFrom(File.ReadAllBytes(OwnFile("mobilenet"))).Graph.Initializer.Select(tensor => tensor.RawData),
            whole.Model.Graph.Initializer.Select(tensor => tensor.RawData));
    }

    [Theory]
    [InlineData("missing.bin", "has its weights in 'missing.bin', which is not there")]
    [InlineData("../weights.bin", "which is not in its own folder")]
    [InlineData("/etc/hostname", "which is not in its own folder")]
    public void Weights_that_are_missing_or_elsewhere_are_refused(string location, string message)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(OwnFile("mobilenet")));
        Externalise(model, "weights.bin");
        foreach (TensorProto tensor in model.Graph.Initializer)
        {
            tensor.ExternalData.Single(entry => entry.Key == "location").Value = location;
        }

        Assert.Contains(message, Refusal(() => OnnxFile.Read(Save(model))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n")]
    [InlineData("\u0008\u0001")]
    public void What_is_no_model_is_refused(string content)
    {
        string path = Path.Combine(_folder, "no.onnx");
        File.WriteAllText(path, content);

        Assert.Contains("is no ONNX model", Refusal(() => OnnxFile.Read(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Three_gigabytes_are_refused_before_they_are_read()
    {
        string path = Path.Combine(_folder, "large.onnx");
        using (FileStream sparse = File.Create(path))
        {
            sparse.SetLength(3_000_000_000);
        }

        Assert.Contains("has 3,000,000,000 bytes of weights; at most", Refusal(() => OnnxFile.Read(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_of_ones_own_and_an_operator_set_of_the_future_are_refused()
    {
        ModelProto custom = ModelProto.Parser.ParseFrom(File.ReadAllBytes(OwnFile("mobilenet")));
        custom.OpsetImport.Add(new OperatorSetIdProto { Domain = "my.company", Version = 1 });
        custom.Graph.Node[0].Domain = "my.company";
        Assert.Contains("operators of 'my.company'", Refusal(() => OnnxFile.Read(Save(custom))), StringComparison.Ordinal);

        ModelProto future = ModelProto.Parser.ParseFrom(File.ReadAllBytes(OwnFile("mobilenet")));
        future.OpsetImport[0].Version = 99;
        string refused = Refusal(() => OwnModel.Describe(Save(OnnxFile.Read(Save(future)).Model), Options("torchvision")));
        Assert.Contains("ONNX Runtime cannot run 'mine'", refused, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder, refused, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_graph_leaves_open_or_contradicts_is_refused_with_what_to_pass()
    {
        string vit = OwnFile("vitcls");
        Assert.Contains("pass --pooling cls", Refusal(() => OwnModel.Describe(vit, Options("dinov2"))), StringComparison.Ordinal);
        Assert.Contains(
            "takes 224 x 224 pixels, not the 256 of --size",
            Refusal(() => OwnModel.Describe(vit, Options("dinov2") with { Pooling = Pooling.Cls, Size = 256 })),
            StringComparison.Ordinal);
        Assert.Contains(
            "has no three channels there",
            Refusal(() => OwnModel.Describe(vit, Options("dinov2") with { Pooling = Pooling.Cls, Layout = InputLayout.Nhwc })),
            StringComparison.Ordinal);

        ModelProto twoOutputs = ModelProto.Parser.ParseFrom(File.ReadAllBytes(OwnFile("mobilenet")));
        new OnnxFile(twoOutputs, "").TryAddOutput(twoOutputs.Graph.Node[0].Output[0]);
        Assert.Contains(
            "say which is the embedding with --output",
            Refusal(() => OwnModel.Describe(Save(twoOutputs), Options("torchvision"))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_added_model_is_found_by_its_manifest_after_those_of_the_catalogue()
    {
        string file = OwnFile("mobilenet");
        ModelDefinition definition = OwnModel.Describe(file, Options("torchvision")) with { EmbeddingLength = 48 };
        InstalledModel installed = ModelFile.InstallCopy(
            definition,
            new ModelOrigin(WeightsOrigin.Own, Precision.Float32, WithTop: false),
            _folder,
            ModelManifest.Searched,
            file,
            "hash",
            CancellationToken);

        InstalledModel found = Assert.Single(EnabledModels.Find(new ModelOptions { Folder = _folder }, ModelCatalogue.Default()));

        Assert.Equal(("mine", WeightsOrigin.Own, installed.Fingerprint), (found.Key, found.Weights, found.Fingerprint));
        Assert.Equal(definition.InputForm, found.Definition.InputForm);
        Assert.Equal(definition.Scale, found.Definition.Scale);
    }

    [Theory]
    [InlineData("mine")]
    [InlineData("MINE")]
    public void A_container_has_added_models_too_and_settings_name_them_in_any_case(string key)
    {
        var options = new ModelOptions
        {
            Folder = _folder, ContainerUri = new Uri("https://account.blob.core.windows.net/models"), Versions = { [key] = "0123456789ab" },
        };
        string file = OwnFile("mobilenet");
        ModelFile.InstallCopy(
            OwnModel.Describe(file, Options("torchvision")) with { EmbeddingLength = 48 },
            new ModelOrigin(WeightsOrigin.Own, Precision.Float32, WithTop: false),
            Path.Combine(_folder, "mine-0123456789ab"),
            ModelManifest.Searched,
            file,
            "hash",
            CancellationToken);

        Assert.Equal("mine", Assert.Single(EnabledModels.Find(options, ModelCatalogue.Default())).Key);
    }

    private static OwnModelOptions Options(string preset) => new("mine", "Mine", ModelPreset.ByName[preset]);

    private static OwnModelOptions Options(JsonElement reference) => Options(reference.GetProperty("preset").GetString()!) with
    {
        Pooling = Enum.Parse<Pooling>(reference.GetProperty("pooling").GetString()!, ignoreCase: true),
    };

    private static string OwnFile(string name) => Repository.Path("tests", "reference", "fixtures", "own", $"{name}.onnx");

    private static string Refusal(Action action) => Assert.Throws<InvalidDataException>(action).Message;

    private string Save(ModelProto model)
    {
        string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }

    private void Externalise(ModelProto model, string file)
    {
        using FileStream stream = File.Create(Path.Combine(_folder, file));
        foreach (TensorProto tensor in model.Graph.Initializer)
        {
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = file });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{stream.Position}" });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{tensor.RawData.Length}" });
            stream.Write(tensor.RawData.Span);
            tensor.RawData = ByteString.Empty;
        }
    }
}
