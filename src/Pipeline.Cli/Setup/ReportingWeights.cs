using Pipeline.Cli.Terminal;
using Pipeline.Models;
using Pipeline.Models.Building;

namespace Pipeline.Cli.Setup;

/// <summary>Tells how much of a network's weights has been read.</summary>
internal sealed class ReportingWeights(IWeightSource source, ModelDefinition model, IProgress<StageProgress> progress) : IWeightSource
{
    // The published file is the weights and a few kilobytes of names; writing ours comes after, so a hundred percent is kept for the end.
    private readonly double _total = model.Weights.Bytes * 1.02 / sizeof(float);
    private long _read;

    public WeightsOrigin Origin => source.Origin;

    public void Read(string layer, string weight, ReadOnlySpan<int> shape, Span<float> destination)
    {
        source.Read(layer, weight, shape, destination);
        _read += destination.Length;
        progress.Report(new StageProgress(Math.Min(_read / _total, 0.99), layer));
    }
}
