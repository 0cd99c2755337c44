using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary>The option <c>--port</c>.</summary>
internal static class PortOption
{
    /// <param name="defaultPort">The port without the option; null for any free one.</param>
    public static Option<int?> Create(int? defaultPort) => NumberOption.Create(
        "--port", 1, 65535, "The function app's port on 127.0.0.1, 1 to 65535. Default: " +
            $"{(defaultPort is null ? "any free one" : defaultPort)}.");
}
