using Pipeline.Cli;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.ModelBuilding;
using Pipeline.ModelBuilding.Int8;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Tests.Cli;

public sealed class Int8InstallationTests : IDisposable
{
    private static readonly ModelDefinition Model = ModelCatalogue.Default().Models.Single(model => model.Key == "resnet18");

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-int8-installation-").FullName;
    private readonly StringWriter _output = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _output.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Search_uses_int8_with_its_figures_and_the_study_float32_until_the_default_is_built_again()
    {
        InstalledModel before = await BuildAsync();
        byte[] float32 = await File.ReadAllBytesAsync(before.Path, CancellationToken);

        await InstallAsync(new PrecisionLimits(MaxCosineError: 1, MinOverlap: 0));

        InstalledModel searched = InstalledModel.Find(Model, _folder)!;
        InstalledModel studied = InstalledModel.FindFloat32(Model, _folder)!;
        Assert.Equal((Precision.Int8, WeightsOrigin.ImageNet, 24), (searched.Precision, searched.Weights, searched.Figures!.Images));
        Assert.Equal((Precision.Float32, before.Fingerprint), (studied.Precision, studied.Fingerprint));
        Assert.Null(studied.Figures);
        Assert.NotEqual(before.Fingerprint, searched.Fingerprint);
        Assert.Equal(float32, await File.ReadAllBytesAsync(studied.Path, CancellationToken));
        Assert.True(await searched.VerifyAsync(CancellationToken) && await studied.VerifyAsync(CancellationToken));

        await InstallAsync(new PrecisionLimits(MaxCosineError: 1, MinOverlap: 0));
        Assert.Contains("ResNet-18 is int8 (over 24 images", _output.ToString(), StringComparison.Ordinal);

        await BuildAsync();
        Assert.Equal(
            ["resnet18.manifest.json", "resnet18.onnx"], Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order());
        AssertIsThere(before);
    }

    [Fact]
    public async Task Past_the_limits_the_default_stays_and_nothing_else_is_left()
    {
        InstalledModel before = await BuildAsync();
        DateTime written = File.GetLastWriteTimeUtc(before.Path);

        CommandFailure refused = await Assert.ThrowsAsync<CommandFailure>(() => InstallAsync(new PrecisionLimits(1e-9, MinOverlap: 1)));

        Assert.Contains("ResNet-18 in int8 is too far from float32", refused.Message, StringComparison.Ordinal);
        AssertIsThere(before);
        Assert.Equal(written, File.GetLastWriteTimeUtc(before.Path));
        Assert.Equal(2, Directory.EnumerateFiles(_folder).Count());
    }

    [Fact]
    public async Task A_folder_without_images_is_refused()
    {
        await BuildAsync();

        CommandFailure refused = await Assert.ThrowsAsync<CommandFailure>(
            () => InstallAsync(PrecisionLimits.Default, Path.Combine(_folder, "none")));

        Assert.Contains("There is no image in", refused.Message, StringComparison.Ordinal);
    }

    private void AssertIsThere(InstalledModel expected)
    {
        InstalledModel there = InstalledModel.Find(Model, _folder)!;
        Assert.Equal(
            (expected.Fingerprint, expected.Precision, expected.Path, expected.Figures),
            (there.Fingerprint, there.Precision, there.Path, there.Figures));
    }

    private Task<InstalledModel> BuildAsync() => ResNet18.BuildAsync(Model, ResNet18.Package, _folder, CancellationToken);

    private Task InstallAsync(PrecisionLimits limits, string? images = null)
    {
        IAnsiConsole ansi = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output) });
        var console = new CommandConsole(ansi, _output, live: false);
        return new Int8Installation(_folder, new CalibrationImages(images ?? Repository.Path("samples"), console), console)
        {
            Limits = limits,
        }.RunAsync([Model], force: false, CancellationToken);
    }
}
