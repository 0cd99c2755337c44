namespace Pipeline.Cli.Hosting;

/// <summary>The host that runs the function app on this machine.</summary>
internal enum FunctionsHost
{
    /// <summary>src/Pipeline.LocalHost: needs nothing installed.</summary>
    Local,

    /// <summary>Azure Functions Core Tools, the program <c>func</c>.</summary>
    Func,
}
