using System.Globalization;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Settings;

/// <summary>
/// The settings of host.json that this host supports. Missing ones have the real host's default, except for the polling of queues.
/// </summary>
internal sealed record HostJson
{
    // Limits of the storage service.
    private const int MostQueueMessages = 32;
    private static readonly TimeSpan LongestQueueDelay = TimeSpan.FromDays(7);

    // The minimum of the SDK.
    private static readonly TimeSpan ShortestPolling = TimeSpan.FromMilliseconds(100);

    /// <summary>extensions.http.routePrefix.</summary>
    public string RoutePrefix { get; init; } = "api";

    /// <summary>extensions.http.maxConcurrentRequests; -1 is without limit.</summary>
    public int MaxConcurrentRequests { get; init; } = -1;

    /// <summary>extensions.http.maxOutstandingRequests, running and waiting; -1 is without limit.</summary>
    public int MaxOutstandingRequests { get; init; } = -1;

    /// <summary>extensions.blobs.maxDegreeOfParallelism, of all blob functions together.</summary>
    public int MaxDegreeOfParallelism { get; init; } = 8 * Environment.ProcessorCount;

    /// <summary>extensions.blobs.poisonBlobThreshold: tries before a blob is poison.</summary>
    public int PoisonBlobThreshold { get; init; } = 5;

    /// <summary>extensions.queues.batchSize: messages fetched at a time, at most 32.</summary>
    public int QueueBatchSize { get; init; } = 16;

    /// <summary>extensions.queues.newBatchThreshold: messages in work below which more are fetched; null is the SDK's own.</summary>
    public int? QueueNewBatchThreshold { get; init; }

    /// <summary>extensions.queues.maxDequeueCount: tries before a message is poison.</summary>
    public int QueueMaxDequeueCount { get; init; } = 5;

    /// <summary>extensions.queues.visibilityTimeout: the wait between two tries.</summary>
    public TimeSpan QueueVisibilityTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// extensions.queues.maxPollingInterval. The real host's default is a minute, to save calls to storage; on a laptop that would only
    /// cost time.
    /// </summary>
    public TimeSpan QueueMaxPollingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>extensions.queues.messageEncoding.</summary>
    public QueueMessageEncoding QueueMessageEncoding { get; init; } = QueueMessageEncoding.Base64;

    /// <summary>logging.logLevel: by the beginning of a category, or <c>default</c>.</summary>
    public IReadOnlyDictionary<string, LogLevel> LogLevels { get; init; } = new Dictionary<string, LogLevel>();

    /// <exception cref="HostFailure">The file is missing or malformed, or a value is out of its range.</exception>
    public static HostJson Read(string path)
    {
        IConfigurationRoot json;
        try
        {
            json = new ConfigurationBuilder().AddJsonFile(path, optional: false).Build();
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException)
        {
            throw new HostFailure($"host.json cannot be read: {exception.InnerException?.Message ?? exception.Message}", exception);
        }

        var defaults = new HostJson();
        return new HostJson
        {
            RoutePrefix = json["extensions:http:routePrefix"] ?? defaults.RoutePrefix,
            MaxConcurrentRequests = Limit(json, "extensions:http:maxConcurrentRequests"),
            MaxOutstandingRequests = Limit(json, "extensions:http:maxOutstandingRequests"),
            MaxDegreeOfParallelism = Number(json, "extensions:blobs:maxDegreeOfParallelism", 1) ?? defaults.MaxDegreeOfParallelism,
            PoisonBlobThreshold = Number(json, "extensions:blobs:poisonBlobThreshold", 1) ?? defaults.PoisonBlobThreshold,
            QueueBatchSize = Number(json, "extensions:queues:batchSize", 1, MostQueueMessages) ?? defaults.QueueBatchSize,
            QueueNewBatchThreshold = Number(json, "extensions:queues:newBatchThreshold", 0),
            QueueMaxDequeueCount = Number(json, "extensions:queues:maxDequeueCount", 1) ?? defaults.QueueMaxDequeueCount,
            QueueVisibilityTimeout =
                Duration(json, "extensions:queues:visibilityTimeout", TimeSpan.Zero, LongestQueueDelay) ?? defaults.QueueVisibilityTimeout,
            QueueMaxPollingInterval =
                Duration(
                    json, "extensions:queues:maxPollingInterval", ShortestPolling, TimeSpan.MaxValue) ?? defaults.QueueMaxPollingInterval,
            QueueMessageEncoding = Choice<QueueMessageEncoding>(json, "extensions:queues:messageEncoding") ?? defaults.QueueMessageEncoding,
            LogLevels = json.GetSection("logging:logLevel").GetChildren().ToDictionary(
                level => level.Key, level => Choice<LogLevel>(json, level.Path) ?? LogLevel.Information, StringComparer.OrdinalIgnoreCase),
        };
    }

    /// <summary>A number of requests; 0 and -1 are without limit.</summary>
    private static int Limit(IConfigurationRoot json, string key) => Number(json, key, -1) is { } number and not 0 ? number : -1;

    private static int? Number(IConfigurationRoot json, string key, int min, int max = int.MaxValue) => json[key] switch
    {
        null => null,
        string text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= min && value <= max => value,
        string text => throw Wrong(key, text, $"a whole number {(max == int.MaxValue ? $"of at least {min}" : $"from {min} to {max}")}"),
    };

    private static TimeSpan? Duration(IConfigurationRoot json, string key, TimeSpan min, TimeSpan max) => json[key] switch
    {
        null => null,
        string text when TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out TimeSpan value)
            && value >= min && value <= max => value,
        string text => throw Wrong(key, text, $"a time as hh:mm:ss{Least(min)}{Most(max)}"),
    };

    private static string Least(TimeSpan min) => min > TimeSpan.Zero ? $", at least {min:c}" : "";

    private static string Most(TimeSpan max) => max < TimeSpan.MaxValue ? $", at most {max.Days} days" : "";

    private static T? Choice<T>(IConfigurationRoot json, string key)
        where T : struct, Enum => json[key] switch
        {
            null => null,
            string text when Array.Find(Enum.GetNames<T>(), name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name =>
                Enum.Parse<T>(name),
            string text => throw Wrong(key, text, $"one of {string.Join(", ", Enum.GetNames<T>())}"),
        };

    private static HostFailure Wrong(string key, string text, string allowed) =>
        new($"host.json: '{key.Replace(':', '.')}' is '{text}', but must be {allowed}.");
}
