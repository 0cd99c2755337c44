using Google.Protobuf;
using Pipeline.Cli;
using Pipeline.Cli.Models;
using Pipeline.Cli.Terminal;
using Pipeline.ModelBuilding.Onnx;
using Pipeline.ModelBuilding.Own;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Tests.Cli;

public sealed class ModelAdditionTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-addition-").FullName;
    private readonly StringWriter _output = new();

    public ModelAdditionTests()
    {
        Directory.CreateDirectory(Path.Combine(_root, "samples"));
        foreach (string sample in new[] { "fish-1.jpg", "house-1.jpg", "vase-1.jpg" })
        {
            File.Copy(Repository.Path("samples", sample), Path.Combine(_root, "samples", sample));
        }
    }

    private string[] Left => [.. Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_root, path)).Where(path => !path.StartsWith("samples", StringComparison.Ordinal)).Order()];

    public void Dispose()
    {
        _output.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_model_is_tried_described_and_installed()
    {
        await AddAsync(File.ReadAllBytes(Fixture), new OwnModelOptions("mine", "Mine", ModelPreset.ByName["torchvision"]));

        Assert.Equal(["models/mine.manifest.json", "models/mine.onnx"], Left);
        InstalledModel model = Assert.Single(
            EnabledModels.Find(new ModelOptions { Folder = Path.Combine(_root, "models") }, ModelCatalogue.Default()));
        Assert.Equal(("mine", 48), (model.Key, model.Definition.EmbeddingLength));
        foreach (string row in new[] { "48 dimensions", "ms an image", "MB", "bilinear, crop from 256", "cosines of samples" })
        {
            Assert.Contains(row, _output.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_output_that_is_the_same_for_all_images_is_refused_and_leaves_nothing()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Fixture));

        // x / x is 1 wherever x is not 0.
        model.Graph.Node.Add(new NodeProto
        {
            OpType = "Div", Name = "ones", Input = { "embedding", "embedding" }, Output = { "ones" },
        });

        string refused = await RefusalAsync(model, "ones");

        Assert.Contains("The output is the same for all 3 samples", refused, StringComparison.Ordinal);
        Assert.Empty(Left);
    }

    [Fact]
    public async Task An_output_that_is_no_number_is_refused()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Fixture));
        model.Graph.Node.Add(new NodeProto { OpType = "Abs", Name = "positive", Input = { "embedding" }, Output = { "positive" } });
        model.Graph.Node.Add(new NodeProto { OpType = "Neg", Name = "negative", Input = { "positive" }, Output = { "negative" } });
        model.Graph.Node.Add(new NodeProto { OpType = "Sqrt", Name = "root", Input = { "negative" }, Output = { "root" } });

        Assert.Contains("the norm of 'root' is NaN", await RefusalAsync(model, "root"), StringComparison.Ordinal);
        Assert.Empty(Left);
    }

    [Fact]
    public async Task An_output_that_is_not_there_is_refused_with_those_that_are() => Assert.Contains(
        "no output and no tensor 'other'; it has the outputs embedding",
        await RefusalAsync(ModelProto.Parser.ParseFrom(File.ReadAllBytes(Fixture)), "other"),
        StringComparison.Ordinal);

    [Fact]
    public async Task An_embedding_of_too_many_dimensions_is_refused()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Fixture));
        string map = model.Graph.Node.First(node => node.OpType == "Conv").Output[0];
        model.Graph.Node.Add(new NodeProto { OpType = "Flatten", Name = "flat", Input = { map }, Output = { "flat" } });

        Assert.Contains("at most 8,192 are accepted", await RefusalAsync(model, "flat"), StringComparison.Ordinal);
    }

    private static string Fixture => Repository.Path("tests", "reference", "fixtures", "own", "mobilenet.onnx");

    private async Task<string> RefusalAsync(ModelProto model, string output) => (await Assert.ThrowsAsync<CommandFailure>(() => AddAsync(
        model.ToByteArray(), new OwnModelOptions("mine", "Mine", ModelPreset.ByName["torchvision"]) { Output = output }))).Message;

    private async Task AddAsync(byte[] onnx, OwnModelOptions options)
    {
        string outside = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(outside, onnx, TestContext.Current.CancellationToken);
            IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output) });
            var addition = new ModelAddition(new SourceTree(_root), new CommandConsole(console, _output, live: false));
            await addition.RunAsync(new FileInfo(outside), options, TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(outside);
        }
    }
}
