using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pipeline.Diagnostics;

/// <summary>
/// The library's own telemetry, under one name: a span and a histogram <c>pipeline.STEP.duration</c>, in seconds, for each step between an
/// upload or a query and its result. Without a collector, a step costs two readings of a clock.
/// </summary>
internal static class Telemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/> and the <see cref="Meter"/>.</summary>
    public const string Name = "Pipeline";

    private static readonly string? Version = typeof(Telemetry).Assembly.GetName().Version?.ToString();

    private static readonly ActivitySource Activities = new(Name, Version);

    private static readonly Meter Meter = new(Name, Version);

    /// <summary>Bytes to pixels of the model's input size; tagged with the format.</summary>
    public static readonly Step Decode = Create("decode");

    /// <summary>One run of a model, the wait for its turn included; tagged with the model.</summary>
    public static readonly Step Embed = Create("embed");

    /// <summary>A record and its entry in the log of changes; tagged with the model.</summary>
    public static readonly Step Write = Create("write");

    /// <summary>Updating an index; tagged with the model.</summary>
    public static readonly Step Refresh = Create("refresh");

    /// <summary>One query against one index; tagged with the model.</summary>
    public static readonly Step Scan = Create("scan");

    /// <summary>
    /// Rows of an index that differed from the table and that no entry of the log of changes had named; tagged with the model.
    /// </summary>
    public static readonly Counter<long> Healed = Meter.CreateCounter<long>(
        "pipeline.index.healed",
        "{row}",
        "Rows of an index that differed from the table although no entry of the log of changes named them.");

    private static Step Create(string name) => new(Activities, name, Meter.CreateHistogram<double>($"pipeline.{name}.duration", "s"));
}
