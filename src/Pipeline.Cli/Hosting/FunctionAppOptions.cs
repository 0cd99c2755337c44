namespace Pipeline.Cli.Hosting;

/// <summary>How to start the function app.</summary>
/// <param name="Port">Its port on 127.0.0.1.</param>
/// <param name="Host">The host that runs it.</param>
/// <param name="Trace">Where its log and its telemetry are also written; null for the log file alone.</param>
internal sealed record FunctionAppOptions(int Port, FunctionsHost Host = FunctionsHost.Local, TextWriter? Trace = null);
