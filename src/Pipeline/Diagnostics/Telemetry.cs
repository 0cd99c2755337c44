using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pipeline.Diagnostics;

/// <summary>What the library measures of itself, under one name for whoever collects it.</summary>
internal static class Telemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/> and the <see cref="Meter"/>.</summary>
    public const string Name = "Pipeline";

    private static readonly string? Version = typeof(Telemetry).Assembly.GetName().Version?.ToString();

    /// <summary>Traces.</summary>
    public static readonly ActivitySource Activities = new(Name, Version);

    private static readonly Meter Meter = new(Name, Version);

    /// <summary>
    /// Rows of an index that differed from the table and that no entry of the log of changes had named; tagged with the model.
    /// </summary>
    public static readonly Counter<long> Healed = Meter.CreateCounter<long>(
        "pipeline.index.healed",
        "{row}",
        "Rows of an index that differed from the table although no entry of the log of changes named them.");
}
