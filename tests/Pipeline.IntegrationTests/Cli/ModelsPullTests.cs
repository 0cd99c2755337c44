using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Pipeline.Cli;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.IntegrationTests.ModelBuilding;
using Pipeline.ModelBuilding;
using Pipeline.ModelBuilding.Int8;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>
/// <c>pipeline models pull</c>. A test cannot download Keras' files, so it uses a catalogue entry for a file of the same layout and width,
/// served by a web server of the test.
/// </summary>
public sealed class ModelsPullTests : IDisposable
{
    private const string Classes = """{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}""";

    private static readonly ModelDefinition ResNet50 = ModelCatalogue.Default().Models.Single(model => model.Key == "resnet50");

    private readonly string _published = Directory.CreateTempSubdirectory("pipeline-published-").FullName;
    private readonly string _state = Directory.CreateTempSubdirectory("pipeline-pull-").FullName;
    private readonly StringWriter _output = new();
    private readonly HttpClient _client = WeightsClient.Create(pause: TimeSpan.FromMilliseconds(1));

    private string ModelsFolder => Path.Combine(_state, "models");

    private string Downloads => Path.Combine(_state, "downloads");

    public void Dispose()
    {
        _client.Dispose();
        _output.Dispose();
        Directory.Delete(_published, recursive: true);
        Directory.Delete(_state, recursive: true);
    }

    [Fact]
    public async Task Published_weights_become_a_model_and_the_download_is_removed()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using FileServer server = await PublishAsync();
        (ModelDefinition model, PublishedFile classes) = await CatalogueAsync(server.Address);

        await Pull().RunAsync([model], classes, cancellationToken);
        int requests = server.Ranges.Count;
        await Pull().RunAsync([model], classes, cancellationToken);

        InstalledModel installed = InstalledModel.Find(model, ModelsFolder)!;
        Assert.Equal(WeightsOrigin.ImageNet, installed.Weights);
        Assert.True(installed.WithTop);
        Assert.Equal("goldfish", ClassIndex.Find(ModelsFolder)!.Classes[1].Label);
        Assert.Empty(Directory.GetFiles(Downloads));
        Assert.Equal(2, requests);
        Assert.Equal(requests, server.Ranges.Count);
        Assert.Contains("103 MB from 127.0.0.1: ResNet50 103 MB", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            $"ResNet50 is installed (imagenet weights, fingerprint {installed.Fingerprint})", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_top_a_model_embeds_and_does_not_predict()
    {
        await using FileServer server = await PublishAsync();
        (ModelDefinition model, PublishedFile classes) = await CatalogueAsync(server.Address);

        await Pull(withTop: false).RunAsync([model], classes, TestContext.Current.CancellationToken);

        InstalledModel installed = InstalledModel.Find(model, ModelsFolder)!;
        Assert.False(installed.WithTop);
        Assert.Equal(WeightsOrigin.ImageNet, installed.Weights);
    }

    [Fact]
    public async Task A_pulled_model_becomes_int8_for_search_stays_float32_for_the_study_and_is_pulled_again_for_the_default()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using FileServer server = await PublishAsync();
        (ModelDefinition model, PublishedFile classes) = await CatalogueAsync(server.Address);
        await Pull().RunAsync([model], classes, cancellationToken);
        InstalledModel pulled = InstalledModel.Find(model, ModelsFolder)!;

        // The published file has seeded weights, whose embeddings are nearly the same for all images: the order of the nearest is chance.
        await Int8(new PrecisionLimits(MaxCosineError: 1e-2, MinOverlap: 0)).RunAsync([model], force: false, cancellationToken);
        InstalledModel searched = InstalledModel.Find(model, ModelsFolder)!;
        InstalledModel studied = InstalledModel.FindFloat32(model, ModelsFolder)!;

        Assert.Equal((Precision.Int8, WeightsOrigin.ImageNet, 24), (searched.Precision, searched.Weights, searched.Figures!.Images));
        Assert.InRange(searched.Figures.MaxCosineError, 1e-6, 1e-2);
        Assert.InRange(new FileInfo(searched.Path).Length, 0, new FileInfo(studied.Path).Length * 0.27);
        Assert.Equal((Precision.Float32, pulled.Fingerprint), (studied.Precision, studied.Fingerprint));
        Assert.Equal("goldfish", ClassIndex.Find(ModelsFolder)!.Classes[1].Label);

        await Pull(isToReplace: true).RunAsync([model], classes, cancellationToken);

        Assert.Equal(pulled.Fingerprint, InstalledModel.Find(model, ModelsFolder)!.Fingerprint);
        Assert.Equal(Precision.Float32, InstalledModel.Find(model, ModelsFolder)!.Precision);
    }

    [Fact]
    public async Task A_pulled_model_that_int8_would_change_too_much_stays_as_it_is()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using FileServer server = await PublishAsync();
        (ModelDefinition model, PublishedFile classes) = await CatalogueAsync(server.Address);
        await Pull().RunAsync([model], classes, cancellationToken);
        string[] before = Directory.GetFiles(ModelsFolder);

        CommandFailure refused = await Assert.ThrowsAsync<CommandFailure>(
            () => Int8(new PrecisionLimits(MaxCosineError: 1e-6, MinOverlap: 1)).RunAsync([model], force: false, cancellationToken));

        Assert.Contains("ResNet50 in int8 is too far from float32", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Precision.Float32, InstalledModel.Find(model, ModelsFolder)!.Precision);
        Assert.Equal(before, Directory.GetFiles(ModelsFolder));
    }

    [Fact]
    public async Task A_folder_is_taken_in_place_and_keeps_its_files()
    {
        await using FileServer server = await PublishAsync();
        (ModelDefinition model, PublishedFile classes) = await CatalogueAsync(new Uri("https://example.org/keras/"));
        string[] before = Directory.GetFiles(_published);

        await Pull(from: _published).RunAsync([model], classes, TestContext.Current.CancellationToken);

        Assert.NotNull(InstalledModel.Find(model, ModelsFolder));
        Assert.NotNull(ClassIndex.Find(ModelsFolder));
        Assert.Equal(before, Directory.GetFiles(_published));
        Assert.Empty(server.Ranges);
        Assert.False(Directory.Exists(Downloads));
    }

    [Fact]
    public async Task Weights_that_do_not_fit_leave_the_model_that_was_there()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        File.Copy(Repository.Path("tests", "reference", "fixtures", "weights", "resnet50.h5"), Path.Combine(_published, "resnet50.h5"));
        await File.WriteAllTextAsync(Path.Combine(_published, ClassIndex.FileName), Classes, cancellationToken);
        (ModelDefinition model, PublishedFile classes) = await CatalogueAsync(new Uri("https://example.org/"));
        InstalledModel before = await ModelBuilder.BuildAsync(
            ResNet50, new SeededWeights(2), withTop: true, ModelsFolder, cancellationToken);

        InvalidDataException exception = await Assert.ThrowsAsync<InvalidDataException>(
            () => Pull(from: _published).RunAsync([model], classes, cancellationToken));

        Assert.Contains("'conv1_conv', weight 'kernel': 7 x 7 x 3 x 64 values are expected, " +
            "7 x 7 x 3 x 2 are", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before.Fingerprint, InstalledModel.Find(ResNet50, ModelsFolder)!.Fingerprint);
        Assert.DoesNotContain(Directory.GetFiles(ModelsFolder), file => file.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_source_that_has_nothing_ends_the_command_with_a_message()
    {
        string nowhere = $"http://127.0.0.1:{OwnPorts.Take(1)[0]}/mirror";

        // Any of the files: a checkout with the real models already has the names of the classes.
        await FailsAsync(_published, $"'{_published}{Path.DirectorySeparatorChar}", "is missing");
        await FailsAsync(nowhere, $"'{nowhere}/", "cannot be reached");
        await FailsAsync("/no/such/folder", "'/no/such/folder'", "neither a folder nor an http(s) address");
    }

    private static async Task FailsAsync(string from, params string[] expected)
    {
        (int exitCode, string output) = await CommandProcess.RunAsync("models", "pull", "--force", "--from", from);

        Assert.All(expected, part => Assert.Contains(part, output, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }

    private async Task<FileServer> PublishAsync()
    {
        await KerasFile.WriteAsync("resnet50", _published);
        await File.WriteAllTextAsync(Path.Combine(_published, ClassIndex.FileName), Classes, TestContext.Current.CancellationToken);
        return await FileServer.StartAsync((context, _) =>
            Results.File(
                Path.Combine(_published, Path.GetFileName(context.Request.Path)), enableRangeProcessing: true).ExecuteAsync(context));
    }

    /// <summary>The catalogue's entry, and the names of the classes, with the sizes and checksums of the files in the folder.</summary>
    private async Task<(ModelDefinition Model, PublishedFile Classes)> CatalogueAsync(Uri address)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string path = Path.Combine(_published, "resnet50.h5");
        await using FileStream file = File.OpenRead(path);
        var weights = new WeightsFile(
            new Uri(address, "resnet50.h5"), file.Length, Convert.ToHexStringLower(await MD5.HashDataAsync(file, cancellationToken)));
        byte[] classes = await File.ReadAllBytesAsync(Path.Combine(_published, ClassIndex.FileName), cancellationToken);
        return (
            ResNet50 with { Weights = weights, NoTop = ResNet50.NoTop! with { Weights = weights } },
            new PublishedFile(new Uri(address, ClassIndex.FileName), null, Convert.ToHexStringLower(MD5.HashData(classes))));
    }

    private ModelPull Pull(string? from = null, bool withTop = true, bool isToReplace = false) =>
        new(ModelsFolder, Downloads, new WeightsDownload(_client), Console())
        {
            From = from,
            WithTop = withTop,
            IsToReplace = _ => isToReplace,
        };

    private Int8Installation Int8(PrecisionLimits limits) =>
        new(ModelsFolder, new CalibrationImages(Repository.Path("samples"), Console()), Console()) { Limits = limits };

    private CommandConsole Console()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(_output) });
        return new CommandConsole(console, TextWriter.Null, live: false);
    }
}
