using BenchmarkDotNet.Attributes;
using Pipeline.Diagnostics;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Benchmarks;

/// <summary>One image through a model, two side by side and eight as a batch, beside the bare ONNX Runtime call.</summary>
[MemoryDiagnoser]
public class InferenceBenchmarks
{
    private const int Two = 2;
    private const int Eight = 8;

    private ModelSession _session = null!;
    private BareNetwork _bare = null!;
    private RgbImage[] _batch = [];
    private string[] _outputs = [];

    [Params("vgg16", "resnet50")]
    public string Model { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        InstalledModel model = Checkout.Model(Model);
        _session = new ModelSession(model);
        _bare = new BareNetwork(model);
        _batch = [.. Enumerable.Repeat(_bare.Image, Eight)];
        _outputs = [model.Definition.EmbeddingOutput];
    }

    [Benchmark(Baseline = true)]
    public float BareRun() => _bare.Run();

    [Benchmark]
    public async Task<object> Embed() => await _session.EmbedAsync(_bare.Image, CancellationToken.None);

    [Benchmark(OperationsPerInvoke = Two)]
    public Task EmbedTwoSideBySide() => Task.WhenAll(
        _session.EmbedAsync(_bare.Image, CancellationToken.None), _session.EmbedAsync(_bare.Image, CancellationToken.None));

    [Benchmark(OperationsPerInvoke = Eight)]
    public Task BatchOfEight() => _session.RunAsync(_batch, _outputs, CancellationToken.None);

    [GlobalCleanup]
    public void Cleanup()
    {
        _bare.Dispose();
        _session.Dispose();
    }
}
