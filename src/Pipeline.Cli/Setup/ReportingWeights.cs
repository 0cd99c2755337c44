using Pipeline.Cli.Terminal;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>Reports how much of a model's weights has been read.</summary>
internal sealed class ReportingWeights(
    IWeightSource source, ModelDefinition model, bool withTop, IProgress<StageProgress> progress) : IWeightSource
{
    // The published file has a few kilobytes beside the weights. A model that search does not run in float32 is written twice.
    private readonly double _total = (withTop ? model.Weights : model.NoTop?.Weights)!.Bytes
        * (withTop && model.Precision != Precision.Float32 ? 2.04 : 1.02) / sizeof(float);
    private long _read;

    public WeightsOrigin Origin => source.Origin;

    public void Read(string layer, string weight, ReadOnlySpan<int> shape, Span<float> destination)
    {
        source.Read(layer, weight, shape, destination);
        _read += destination.Length;
        progress.Report(new StageProgress(Math.Min(_read / _total, 0.99), layer));
    }
}
