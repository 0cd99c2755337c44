using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalWorker.Hosting;

/// <summary>What the stand-in honours of host.json, with the host's own defaults.</summary>
internal sealed record HostJson
{
    /// <summary>extensions.http.routePrefix.</summary>
    public string RoutePrefix { get; init; } = "api";

    /// <summary>extensions.http.maxConcurrentRequests; -1 is without limit.</summary>
    public int MaxConcurrentRequests { get; init; } = -1;

    /// <summary>extensions.http.maxOutstandingRequests, running and waiting; -1 is without limit.</summary>
    public int MaxOutstandingRequests { get; init; } = -1;

    /// <summary>extensions.blobs.maxDegreeOfParallelism, per function.</summary>
    public int MaxDegreeOfParallelism { get; init; } = 8 * Environment.ProcessorCount;

    /// <summary>extensions.blobs.poisonBlobThreshold: tries before a blob is poison.</summary>
    public int PoisonBlobThreshold { get; init; } = 5;

    /// <summary>logging.logLevel.</summary>
    public IReadOnlyDictionary<string, string> LogLevels { get; init; } = new Dictionary<string, string>();

    /// <exception cref="InvalidOperationException">The file is missing or malformed.</exception>
    public static HostJson Read(string path)
    {
        IConfigurationRoot json;
        try
        {
            json = new ConfigurationBuilder().AddJsonFile(path, optional: false).Build();
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException)
        {
            throw new InvalidOperationException($"host.json cannot be read: {exception.InnerException?.Message ?? exception.Message}", exception);
        }

        var defaults = new HostJson();
        return new HostJson
        {
            RoutePrefix = json["extensions:http:routePrefix"] ?? defaults.RoutePrefix,
            MaxConcurrentRequests = Number(json, "extensions:http:maxConcurrentRequests", -1, defaults.MaxConcurrentRequests),
            MaxOutstandingRequests = Number(json, "extensions:http:maxOutstandingRequests", -1, defaults.MaxOutstandingRequests),
            MaxDegreeOfParallelism = Number(json, "extensions:blobs:maxDegreeOfParallelism", 1, defaults.MaxDegreeOfParallelism),
            PoisonBlobThreshold = Number(json, "extensions:blobs:poisonBlobThreshold", 1, defaults.PoisonBlobThreshold),
            LogLevels = json.GetSection("logging:logLevel").GetChildren().ToDictionary(level => level.Key, level => level.Value ?? "Information"),
        };
    }

    private static int Number(IConfigurationRoot json, string key, int min, int fallback) => json[key] switch
    {
        null => fallback,
        string text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min => value,
        string text => throw new InvalidOperationException(
            $"host.json: '{key.Replace(':', '.')}' is '{text}', but must be a whole number of at least {min}."),
    };
}
