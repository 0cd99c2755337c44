namespace Pipeline.Cli.Hosting;

/// <summary>How the function app is to be started.</summary>
/// <param name="Port">Where it answers on 127.0.0.1.</param>
/// <param name="Host">What stands in front of it.</param>
/// <param name="Trace">Where its log and its telemetry are shown beside the log file, or null.</param>
internal sealed record FunctionAppOptions(int Port, FunctionsHost Host = FunctionsHost.Local, TextWriter? Trace = null);
