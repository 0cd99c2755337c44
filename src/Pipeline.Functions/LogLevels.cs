using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace Pipeline.Functions;

/// <summary>
/// What the app logs. The Functions host files a worker's lines under the function's name, whatever their category, so the levels of
/// host.json do not reach them: without these defaults every storage request is two lines with all its headers, and every answer two more.
/// </summary>
internal static class LogLevels
{
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        // Its warnings are answers that the app expects: 404 for a row that is not there yet, with all headers.
        ["Logging:LogLevel:Azure"] = "Error",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",
    };

    /// <summary>Puts them behind every other source: <c>Logging__LogLevel__Azure=Information</c> in the environment wins.</summary>
    public static void AddDefaults(ConfigurationManager configuration) =>
        ((IConfigurationBuilder)configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
}
