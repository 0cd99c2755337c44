using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalWorker.Hosting;

/// <summary>What the stand-in honours of host.json, with the host's own defaults.</summary>
internal sealed record HostJson
{
    // Limits of the storage service.
    private const int MostQueueMessages = 32;
    private static readonly TimeSpan LongestQueueDelay = TimeSpan.FromDays(7);

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

    /// <summary>extensions.queues.batchSize: messages that a function works on at a time, at most 32.</summary>
    public int QueueBatchSize { get; init; } = 16;

    /// <summary>extensions.queues.maxDequeueCount: tries before a message is poison.</summary>
    public int QueueMaxDequeueCount { get; init; } = 5;

    /// <summary>extensions.queues.visibilityTimeout: the wait between two tries.</summary>
    public TimeSpan QueueVisibilityTimeout { get; init; } = TimeSpan.Zero;

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
            QueueBatchSize = Number(json, "extensions:queues:batchSize", 1, defaults.QueueBatchSize, MostQueueMessages),
            QueueMaxDequeueCount = Number(json, "extensions:queues:maxDequeueCount", 1, defaults.QueueMaxDequeueCount),
            QueueVisibilityTimeout = Duration(json, "extensions:queues:visibilityTimeout", defaults.QueueVisibilityTimeout),
            LogLevels = json.GetSection("logging:logLevel").GetChildren().ToDictionary(level => level.Key, level => level.Value ?? "Information"),
        };
    }

    private static int Number(IConfigurationRoot json, string key, int min, int fallback, int max = int.MaxValue) => json[key] switch
    {
        null => fallback,
        string text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= min && value <= max => value,
        string text => throw Wrong(
            key, text, $"a whole number {(max == int.MaxValue ? $"of at least {min}" : $"from {min} to {max}")}"),
    };

    private static TimeSpan Duration(IConfigurationRoot json, string key, TimeSpan fallback) => json[key] switch
    {
        null => fallback,
        string text when TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out TimeSpan value)
            && value >= TimeSpan.Zero && value <= LongestQueueDelay => value,
        string text => throw Wrong(key, text, "a time as hh:mm:ss, at most 7 days"),
    };

    private static InvalidOperationException Wrong(string key, string text, string allowed) =>
        new($"host.json: '{key.Replace(':', '.')}' is '{text}', but must be {allowed}.");
}
