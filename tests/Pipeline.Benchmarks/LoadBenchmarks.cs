using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Pipeline.Models;

namespace Pipeline.Benchmarks;

/// <summary>What the first use of a model costs: reading its file (from the page cache here) and preparing its weights.</summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5)]
public class LoadBenchmarks
{
    [Params("vgg16", "resnet50")]
    public string Model { get; set; } = "";

    [Benchmark]
    public void Load() => new ModelSession(Checkout.Model(Model)).Dispose();
}
